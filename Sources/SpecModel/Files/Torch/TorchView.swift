import SpecFiles
import SpecKernels

/// How a storage holds its numbers.
struct TorchType: Equatable {
  /// The name that safetensors has for it.
  let name: String
  /// Bytes of one number.
  let size: Int
  /// The type as the engine reads it; nil for one that it does not read.
  let number: NumberType?

  private static let storages: [String: TorchType] = [
    "torch.FloatStorage": TorchType("F32", 4, .float32), "torch.HalfStorage": TorchType("F16", 2, .float16),
    "torch.BFloat16Storage": TorchType("BF16", 2, .bfloat16), "torch.DoubleStorage": TorchType("F64", 8),
    "torch.LongStorage": TorchType("I64", 8), "torch.IntStorage": TorchType("I32", 4),
    "torch.ShortStorage": TorchType("I16", 2), "torch.CharStorage": TorchType("I8", 1),
    "torch.ByteStorage": TorchType("U8", 1), "torch.BoolStorage": TorchType("BOOL", 1),
    "torch.ComplexFloatStorage": TorchType("C64", 8), "torch.ComplexDoubleStorage": TorchType("C128", 16),
  ]

  private init(_ name: String, _ size: Int, _ number: NumberType? = nil) {
    (self.name, self.size, self.number) = (name, size, number)
  }

  /// - Parameter storage: the class of a storage, with its module.
  init?(storage: String) {
    guard let type = Self.storages[storage] else { return nil }
    self = type
  }
}

/// A tensor as torch.save writes it: a storage, and which of its numbers are meant. Nothing in it is believed before
/// ``problem(in:)`` has looked at it.
struct TorchView {
  let storage: TorchStorage
  /// The place of the first number in the storage.
  let offset: Int
  /// The lengths of the sides, outermost first.
  let shape: [Int]
  /// How far apart in the storage neighbors along each side are.
  let strides: [Int]

  /// The most sides of a tensor in PyTorch.
  static let mostSides = 64

  /// What is wrong with the view, as a clause about it; nil if all its numbers are in the storage.
  ///
  /// - Parameter byteCount: how many bytes the storage has in the file.
  /// - Returns: the clause.
  func problem(in byteCount: Int) -> String? {
    guard storage.count >= 0, storage.count <= byteCount / storage.type.size else {
      return "needs the \(storage.count) numbers of storage \(quoted(storage.key)), which has \(byteCount) bytes"
    }
    let impossible = "has the impossible shape \(shape) with the strides \(strides) and the offset \(offset)"
    guard shape.count == strides.count, offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
    else {
      return shape.count == strides.count ? impossible : "has \(shape.count) sides and \(strides.count) strides"
    }
    if shape.contains(0) { return nil }
    var (count, last) = (1, offset)
    for (side, stride) in zip(shape, strides) {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: side)
      let (reach, isTooFar) = (side - 1).multipliedReportingOverflow(by: stride)
      let (sum, isBeyond) = last.addingReportingOverflow(reach)
      guard !isTooLarge, !isTooFar, !isBeyond else { return impossible }
      (count, last) = (product, sum)
    }
    guard last < storage.count else {
      return "reaches to number \(last) of storage \(quoted(storage.key)), which has \(storage.count)"
    }
    return nil
  }

  /// Whether it has more numbers than its storage: written out, it could be of any size.
  var isRepeated: Bool { count > storage.count }

  /// How many numbers there are.
  var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

  /// Whether the numbers lie one after the other, row after row.
  var isContiguous: Bool {
    if count == 0 { return true }
    var expected = 1
    for (side, stride) in zip(shape, strides).reversed() where side != 1 {
      guard stride == expected else { return false }
      expected *= side
    }
    return true
  }
}

/// Numbers of a view, gathered row after row into memory of their own.
final class GatheredNumbers {
  private let numbers: UnsafeMutableRawBufferPointer

  /// - Parameters:
  ///   - view: a view without a problem.
  ///   - storage: the storage's bytes.
  init(_ view: TorchView, from storage: UnsafeRawBufferPointer) {
    numbers = .allocate(byteCount: view.count * view.storage.type.size, alignment: 16)
    if view.storage.type.size == 2 {
      gather(UInt16.self, view, storage)
    } else {
      gather(UInt32.self, view, storage)
    }
  }

  deinit { numbers.deallocate() }

  private func gather<Word: BitwiseCopyable>(_ word: Word.Type, _ view: TorchView, _ storage: UnsafeRawBufferPointer) {
    let size = MemoryLayout<Word>.size
    guard let width = view.shape.last, let step = view.strides.last, view.count > 0 else { return }
    var index = [Int](repeating: 0, count: view.shape.count - 1)
    for row in 0..<view.count / width {
      var source = (view.offset + zip(index, view.strides).reduce(0) { $0 + $1.0 * $1.1 }) * size
      for target in row * width..<(row + 1) * width {
        let number = storage.loadUnaligned(fromByteOffset: source, as: word)
        numbers.storeBytes(of: number, toByteOffset: target * size, as: word)
        // A side of one number may have any stride, which nothing follows.
        source &+= step &* size
      }
      for side in index.indices.reversed() {
        index[side] += 1
        if index[side] < view.shape[side] { break }
        index[side] = 0
      }
    }
  }

  /// The numbers, which keep their memory.
  func source(_ type: NumberType, name: String, file: String) -> NumberSource {
    NumberSource(type: type, bytes: UnsafeRawBufferPointer(numbers), owner: self, name: name, file: file)
  }
}
