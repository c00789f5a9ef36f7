import Foundation
import SpecFiles
import SpecKernels

/// A mapped safetensors file: an 8-byte length, a JSON header, then the tensors' bytes.
/// Nothing in the header is believed before it is checked against the file's size.
public final class SafetensorsFile: TensorFile {
  /// One tensor's entry in the header, checked.
  struct Entry {
    let type: String
    let shape: [Int]
    let bytes: Range<Int>
  }

  /// Where the file lies.
  public let path: String
  private let file: MappedFile
  private let entries: [String: Entry]

  /// - Parameter path: an existing file.
  /// - Throws: ``ModelError`` if the file is truncated, or its header does not agree with its size.
  public init(path: String) throws(ModelError) {
    self.path = path
    file = try MappedFile(weights: path)
    entries = try Self.readHeader(file)
  }

  /// The names of all tensors, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The shape of a tensor, nil if it is not there.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// A tensor's numbers, which keep the file mapped.
  ///
  /// - Parameters:
  ///   - name: the tensor.
  ///   - shape: what the configuration asks for.
  /// - Returns: the numbers.
  /// - Throws: ``ModelError`` if it is absent, of another shape or of a type that is not read.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    guard entry.shape == shape else {
      throw .wrongShape(path: path, name: name, found: entry.shape, expected: shape)
    }
    guard let type = Self.readableTypes[entry.type] else {
      throw .unsupportedType(path: path, name: name, found: entry.type)
    }
    return file.numbers(type, entry.bytes, name: name)
  }

  /// How a tensor is stored; nil if it is absent or of a type that is not read.
  public func numberType(of name: String) -> NumberType? {
    entries[name].flatMap { Self.readableTypes[$0.type] }
  }

  /// A list of whole numbers.
  public func integers(_ name: String, count: Int) throws(ModelError) -> [Int] {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    guard entry.shape == [count] else {
      throw .wrongShape(path: path, name: name, found: entry.shape, expected: [count])
    }
    guard entry.type == MappedFile.integerType else {
      throw .malformedFile(
        path: path,
        problem: "the tensor \(quoted(name)) is stored as \(entry.type) where \(MappedFile.integerType) is expected"
      )
    }
    return file.integers(entry.bytes)
  }

  private static let readableTypes: [String: NumberType] = [
    "F32": .float32, "F16": .float16, "BF16": .bfloat16,
  ]

  private static let sizes: [String: Int] = [
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2, "F8_E4M3": 1,
    "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
  ]

  /// The most sides of a tensor in PyTorch.
  private static let mostSides = 64

  /// The format's own bound, in bytes.
  private static let largestHeader = 100_000_000

  private static func readHeader(_ file: MappedFile) throws(ModelError) -> [String: Entry] {
    let path = file.path
    // Only a file whose header is wrong is looked at in this way: a header's length may look like anything.
    func foreign() -> ModelError? {
      let kind = file.withBytes { ForeignFile(beginning: $0.prefix(512)) }
      return kind == .safetensors ? nil : kind.map { .foreignFile(path: path, $0) }
    }
    guard file.count >= 8 else {
      throw foreign() ?? .malformedFile(path: path, problem: "it ends inside the header's length")
    }
    let length = file.withBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    let room = file.count - 8
    guard length > 0 else {
      throw .malformedFile(path: path, problem: "its header has no bytes where JSON is expected")
    }
    guard length <= UInt64(min(room, largestHeader)) else {
      throw foreign()
        ?? .malformedFile(
          path: path,
          problem: "its header claims \(length) bytes where \(room) follow and at most \(largestHeader) are read"
        )
    }
    let dataStart = 8 + Int(length)
    let text = file.withBytes { Array($0[8..<dataStart]) }
    let header = try JSONField<ModelError>(parsing: text[...], file: path)
    var entries: [String: Entry] = [:]
    for (name, field) in try header.members() where name != "__metadata__" {
      entries[name] = try readEntry(name, field, dataStart: dataStart, dataCount: room - Int(length))
    }
    try checkLayout(entries, dataStart: dataStart, dataCount: room - Int(length), path: path)
    return entries
  }

  /// The tensors must fill the file without gaps and without sharing bytes.
  private static func checkLayout(
    _ entries: [String: Entry],
    dataStart: Int,
    dataCount: Int,
    path: String
  ) throws(ModelError) {
    var end = dataStart
    for (name, entry) in entries.sorted(by: {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound) < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound)
    }) {
      guard entry.bytes.lowerBound == end else {
        throw .malformedFile(
          path: path,
          problem:
            "the tensor \(quoted(name)) begins at byte \(entry.bytes.lowerBound) where the one before it ends at \(end)"
        )
      }
      end = entry.bytes.upperBound
    }
    guard end == dataStart + dataCount else {
      throw .malformedFile(path: path, problem: "\(dataStart + dataCount - end) bytes follow the last tensor")
    }
  }

  private static func readEntry(
    _ name: String,
    _ json: JSONField<ModelError>,
    dataStart: Int,
    dataCount: Int
  ) throws(ModelError) -> Entry {
    let type = try json.member("dtype").string()
    let shape = try json.member("shape").integers()
    guard shape.count <= mostSides else {
      throw .malformedFile(path: json.file, problem: "the tensor \(quoted(name)) has \(shape.count) sides")
    }
    let place = try json.member("data_offsets")
    let offsets = try place.integers()
    guard offsets.count == 2 else { throw place.mismatch(expected: "an array of two integers") }
    guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount else {
      throw .malformedFile(
        path: json.file,
        problem:
          "the tensor \(quoted(name)) claims the bytes \(offsets[0]) to \(offsets[1]) where \(dataCount) are there"
      )
    }
    guard let size = sizes[type] else {
      throw .unsupportedType(path: json.file, name: name, found: quoted(type))
    }
    var expected = size
    for dimension in shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw .malformedFile(path: json.file, problem: "the tensor \(quoted(name)) has the impossible shape \(shape)")
      }
      expected = product
    }
    guard expected == offsets[1] - offsets[0] else {
      throw .malformedFile(
        path: json.file,
        problem:
          "the tensor \(quoted(name)) of shape \(shape) needs \(expected) bytes and has \(offsets[1] - offsets[0])"
      )
    }
    return Entry(type: type, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }
}
