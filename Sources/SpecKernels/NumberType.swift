import CSpecKernels
import Foundation

/// How a checkpoint file stores a number.
public enum NumberType: Sendable {
  case float32, bfloat16, float16

  /// Bytes of one number.
  public var size: Int { self == .float32 ? 4 : 2 }

  var native: sk_number_type {
    switch self {
    case .float32: SK_F32
    case .bfloat16: SK_BF16
    case .float16: SK_F16
    }
  }
}

/// How the engine holds weight matrices in memory. Activations are always float32.
public enum WeightType: String, CaseIterable, Sendable {
  case float32 = "f32"
  case bfloat16 = "bf16"
  case float16 = "f16"
  /// Blocks of 32 neighboring inputs of an output, with one scale for each block. The embedding keeps its stored bits.
  case int8

  /// Bytes of one weight, the scales included.
  public var bytesPerWeight: Double {
    switch self {
    case .float32: 4
    case .bfloat16, .float16: 2
    case .int8: 34.0 / 32
    }
  }

  var native: sk_number_type {
    switch self {
    case .float32: SK_F32
    case .bfloat16: SK_BF16
    case .float16: SK_F16
    case .int8: SK_INT8
    }
  }
}

/// Numbers as they lie in a file, row-major. They keep whatever holds their memory alive.
public struct NumberSource {
  /// How each number is stored.
  public let type: NumberType
  /// What to call the numbers in an error: the tensor's name.
  public let name: String
  /// The file that they lie in; nil for numbers in memory.
  public let file: String?
  private let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject

  /// Numbers in memory that belongs to an object.
  ///
  /// - Parameters:
  ///   - type: how each number is stored.
  ///   - bytes: whole numbers.
  ///   - owner: the object whose life the bytes share.
  ///   - name: what to call the numbers in an error.
  ///   - file: the file that they lie in, if there is one.
  public init(
    type: NumberType,
    bytes: UnsafeRawBufferPointer,
    owner: AnyObject,
    name: String = "numbers",
    file: String? = nil
  ) {
    precondition(bytes.count % type.size == 0, "a number source ends inside a number")
    self.type = type
    self.bytes = bytes
    self.owner = owner
    self.name = name
    self.file = file
  }

  /// How many numbers there are.
  public var count: Int { bytes.count / type.size }

  /// Whether both are stored in the same bytes.
  public func hasSameBytes(as other: NumberSource) -> Bool {
    guard type == other.type, bytes.count == other.bytes.count else { return false }
    guard let mine = bytes.baseAddress, let its = other.bytes.baseAddress else { return bytes.isEmpty }
    return memcmp(mine, its, bytes.count) == 0
  }

  /// Numbers widened to float32, after rounding to what `weightType` can hold.
  ///
  /// - Parameters:
  ///   - range: which numbers.
  ///   - weightType: float32 keeps every bit.
  /// - Returns: one float32 for each number of the range.
  public func floats(_ range: Range<Int>, roundedTo weightType: WeightType = .float32) -> [Float] {
    [Float](unsafeUninitializedCapacity: range.count) { buffer, initialized in
      initialized = range.count
      guard let target = buffer.baseAddress else { return }
      widen(range, roundedTo: weightType, into: target)
    }
  }

  /// All numbers widened to float32, as ``floats(_:roundedTo:)`` gives them.
  ///
  /// - Returns: one float32 for each number.
  /// - Throws: ``KernelError/unusableNumber(_:)`` if one is not finite.
  public func finiteFloats() throws(KernelError) -> [Float] {
    if let unusable = unusableNumber(heldAs: .float32) { throw .unusableNumber(unusable) }
    return floats(0..<count)
  }

  /// The first number that is not finite once it is held; nil if all are.
  func unusableNumber(heldAs type: WeightType) -> UnusableNumber? {
    var place = count
    withBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      place = sk_first_unfit(self.type.native, base, count, type.native)
    }
    guard place < count else { return nil }
    let value = floats(place..<place + 1)[0]
    return UnusableNumber(file: file, tensor: name, place: place, count: count, value: value, type: type)
  }

  func widen(_ range: Range<Int>, roundedTo weightType: WeightType, into target: UnsafeMutablePointer<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "numbers beyond the end of their source")
    withBytes { bytes in
      guard let base = bytes.baseAddress, !range.isEmpty else { return }
      sk_widen(type.native, base + range.lowerBound * type.size, weightType.native, range.count, target)
    }
  }

  /// Tells the system that the numbers' pages in their file are not needed soon. Memory that is not a file's is left
  /// alone: its contents would be lost.
  func releasePages() {
    guard owner is MappedFile else { return }
    withBytes { bytes in
      if let base = bytes.baseAddress { sk_release_pages(base, bytes.count) }
    }
  }

  /// Gives the bytes while their owner is certain to live.
  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    withExtendedLifetime(owner) { body(bytes) }
  }
}
