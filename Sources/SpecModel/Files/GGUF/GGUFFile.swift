import Foundation
import SpecFiles
import SpecKernels

/// A mapped GGUF file: metadata, the names and shapes of tensors, then their numbers (ggml's format description, versions 2
/// and 3). Nothing in it is believed before it is checked against the file's size.
final class GGUFFile {
  /// One tensor, checked.
  struct Entry {
    let type: GGUFTensorType
    /// The shape, outermost dimension first: in the file it stands the other way round.
    let shape: [Int]
    /// Where its numbers lie; empty for a type that is not read.
    let bytes: Range<Int>
  }

  /// Where the file lies.
  let path: String
  /// The metadata by key.
  let metadata: [String: GGUFValue]
  /// The tensors by name.
  let entries: [String: Entry]
  private let file: MappedFile

  /// Maps a file and checks its header.
  ///
  /// - Parameter path: the file.
  /// - Throws: ``ModelError`` if it is absent, truncated, of another version, or its header does not agree with its size.
  init(path: String) throws(ModelError) {
    self.path = path
    guard isEntry(path) else { throw .missingFile(path: path, purpose: "a model in the format GGUF") }
    file = try MappedFile(weights: path)
    (metadata, entries) = try file.withBytes { (bytes) throws(ModelError) in
      var reader = GGUFReader(bytes, path: path)
      return try reader.header(bytes)
    }
  }

  /// A tensor's numbers as they lie in the file, which they keep mapped.
  ///
  /// - Parameters:
  ///   - entry: the tensor, of a type that is read.
  ///   - type: that type.
  ///   - name: what to call it in an error.
  /// - Returns: the numbers.
  func numbers(_ entry: Entry, _ type: NumberType, name: String) -> NumberSource {
    file.numbers(type, entry.bytes, name: name)
  }

  /// Gives the file's bytes, which must not be kept beyond the call.
  func withBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes(body)
  }
}

extension GGUFReader {
  fileprivate typealias Header = (metadata: [String: GGUFValue], entries: [String: GGUFFile.Entry])

  fileprivate mutating func header(_ bytes: UnsafeRawBufferPointer) throws(ModelError) -> Header {
    try checkBeginning(bytes)
    let tensors = try count(of: 24, "tensors")
    let keys = try count(of: 13, "keys")
    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<keys {
      let key = text(try string("the name of a key"))
      let subject = "the key \(quoted(key))"
      let value = try value(try type(of: subject), subject)
      guard metadata.updateValue(value, forKey: key) == nil else { throw malformed("\(subject) is there twice") }
    }
    let alignment = try alignment(metadata)
    var stored: [(name: String, tensor: StoredTensor)] = []
    for _ in 0..<tensors { stored.append(try tensor()) }
    let start = (place + alignment - 1) / alignment * alignment
    var entries: [String: GGUFFile.Entry] = [:]
    for (name, tensor) in stored {
      let entry = try check(tensor, name, start: start, size: bytes.count, alignment: alignment)
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw malformed("the tensor \(quoted(name)) is there twice")
      }
    }
    try checkOverlap(entries)
    return (metadata, entries)
  }

  private mutating func checkBeginning(_ bytes: UnsafeRawBufferPointer) throws(ModelError) {
    guard bytes.count >= 4, text(0..<4) == "GGUF" else {
      if let kind = ForeignFile(beginning: bytes.prefix(512)) { throw malformedOrForeign(kind) }
      throw malformed("it does not begin with GGUF, as a file of that format does")
    }
    _ = try skip(4, "the format's name")
    let version = try integer(UInt32.self, "the version")
    guard version != 2, version != 3 else { return }
    let supported = "versions 2 and 3 are"
    guard version.byteSwapped != 2, version.byteSwapped != 3 else {
      throw unsupported(
        "a file for big-endian machines",
        "little-endian ones are; convert it with gguf_convert_endian.py"
      )
    }
    throw unsupported("version \(version) of the GGUF format", "\(supported); fetch a newer file of the model")
  }

  private func alignment(_ metadata: [String: GGUFValue]) throws(ModelError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard case .integer(let alignment) = value, (1...1 << 30).contains(alignment), alignment & (alignment - 1) == 0
    else {
      throw malformed("'general.alignment' is no power of 2")
    }
    return alignment
  }
}

/// A tensor as the header tells it.
private struct StoredTensor {
  let type: GGUFTensorType
  let shape: [Int]
  let offset: UInt64
}

extension GGUFReader {
  private mutating func tensor() throws(ModelError) -> (name: String, tensor: StoredTensor) {
    let name = text(try string("the name of a tensor"))
    let subject = "the tensor \(quoted(name))"
    let dimensions = try integer(UInt32.self, "the dimensions of \(subject)")
    guard (1...4).contains(dimensions) else {
      throw malformed("\(subject) claims \(dimensions) dimensions where 1 to 4 are possible")
    }
    var shape: [Int] = []
    for _ in 0..<dimensions {
      let size = try integer(UInt64.self, "the shape of \(subject)")
      guard size > 0, size <= UInt64(1) << 40 else { throw malformed("\(subject) has a dimension of \(size)") }
      shape.insert(Int(size), at: 0)
    }
    let type = GGUFTensorType(number: try integer(UInt32.self, "the type of \(subject)"))
    let offset = try integer(UInt64.self, "the place of \(subject)")
    return (name, StoredTensor(type: type, shape: shape, offset: offset))
  }

  private func check(
    _ tensor: StoredTensor,
    _ name: String,
    start: Int,
    size: Int,
    alignment: Int
  ) throws(ModelError) -> GGUFFile.Entry {
    let subject = "the tensor \(quoted(name))"
    guard let type = tensor.type.readable else {
      return GGUFFile.Entry(type: tensor.type, shape: tensor.shape, bytes: start..<start)
    }
    let (width, block) = (tensor.shape[tensor.shape.count - 1], type.numbersInBlock)
    guard width % block == 0 else {
      throw malformed(
        "\(subject) has rows of \(width) numbers, which blocks of \(block) in \(tensor.type.name) do not fill"
      )
    }
    var bytes = width / block
    for factor in tensor.shape.dropLast() + [type.size] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: factor)
      guard !overflow else { throw malformed("\(subject) has the impossible shape \(tensor.shape)") }
      bytes = product
    }
    guard tensor.offset % UInt64(alignment) == 0 else {
      throw malformed("\(subject) begins at \(tensor.offset), which is no multiple of \(alignment)")
    }
    guard start <= size, bytes <= size - start, tensor.offset <= UInt64(size - start - bytes) else {
      throw malformed(
        "\(subject) claims \(bytes) bytes from \(tensor.offset) where the file has \(max(0, size - start)) bytes for tensors"
      )
    }
    let first = start + Int(tensor.offset)
    return GGUFFile.Entry(type: tensor.type, shape: tensor.shape, bytes: first..<first + bytes)
  }

  /// No byte may belong to two tensors.
  private func checkOverlap(_ entries: [String: GGUFFile.Entry]) throws(ModelError) {
    var end = 0
    for (name, entry) in entries.sorted(by: {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound) < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound)
    }) where !entry.bytes.isEmpty {
      guard entry.bytes.lowerBound >= end else {
        throw malformed("the tensor \(quoted(name)) shares bytes with the one before it")
      }
      end = entry.bytes.upperBound
    }
  }
}

extension GGUFReader {
  fileprivate func unsupported(_ feature: String, _ supported: String) -> ModelError {
    .unsupportedFeature(path: path, feature: feature, supported: supported)
  }

  fileprivate func malformedOrForeign(_ kind: ForeignFile) -> ModelError { .foreignFile(path: path, kind) }
}
