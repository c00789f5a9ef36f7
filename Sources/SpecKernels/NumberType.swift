import CSpecKernels
import Foundation

/// How a checkpoint file stores numbers.
public enum NumberType: Sendable, Hashable {
  case float32, bfloat16, float16
  /// Quantized numbers in blocks, as GGUF files have them.
  case blocks(BlockFormat)

  /// The name that files have for it.
  public var name: String {
    switch self {
    case .float32: "F32"
    case .bfloat16: "BF16"
    case .float16: "F16"
    case .blocks(let format): format.rawValue
    }
  }

  /// Bytes of one number, or of one block of numbers.
  public var size: Int { sk_block_bytes(native) }

  /// Numbers that are stored together: 1, or those of a block.
  public var numbersInBlock: Int { sk_block_numbers(native) }

  var native: sk_number_type {
    switch self {
    case .float32: SK_F32
    case .bfloat16: SK_BF16
    case .float16: SK_F16
    case .blocks(let format): format.native
    }
  }
}

/// Blocks of quantized numbers, under the names that ggml gives them: how many bits a number has, and whether a block has
/// a scale (0), a scale and a minimum (1) or several of them (K).
public enum BlockFormat: String, CaseIterable, Sendable {
  case q80 = "Q8_0"
  case q40 = "Q4_0"
  case q41 = "Q4_1"
  case q50 = "Q5_0"
  case q51 = "Q5_1"
  case q2k = "Q2_K"
  case q3k = "Q3_K"
  case q4k = "Q4_K"
  case q5k = "Q5_K"
  case q6k = "Q6_K"

  var native: sk_number_type {
    switch self {
    case .q80: SK_Q8_0
    case .q40: SK_Q4_0
    case .q41: SK_Q4_1
    case .q50: SK_Q5_0
    case .q51: SK_Q5_1
    case .q2k: SK_Q2_K
    case .q3k: SK_Q3_K
    case .q4k: SK_Q4_K
    case .q5k: SK_Q5_K
    case .q6k: SK_Q6_K
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
  private var bytes: UnsafeRawBufferPointer
  private let owner: AnyObject
  private var order: RowOrder?

  /// How the rows of a matrix lie where their order is not the one that is wanted.
  private struct RowOrder: Equatable {
    let columns: Int
    /// Rows of a head, whose rotary pairs lie side by side.
    let pairedRows: Int
  }

  /// Numbers in memory that belongs to an object.
  ///
  /// - Parameters:
  ///   - type: how each number is stored.
  ///   - bytes: whole numbers, or whole blocks of them.
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
    precondition(bytes.count % type.size == 0, "a number source ends inside a number or a block")
    self.type = type
    self.bytes = bytes
    self.owner = owner
    self.name = name
    self.file = file
  }

  /// How many numbers there are.
  public var count: Int { bytes.count / type.size * type.numbersInBlock }

  /// The same matrix with the rows of each head in another order. A rotary embedding turns pairs of rows; GGUF files of some
  /// architectures have them side by side, where the engine has the first ones of all pairs before the second ones.
  ///
  /// - Parameters:
  ///   - columns: numbers in a row.
  ///   - headRows: rows of a head, an even number that divides the rows.
  /// - Returns: the numbers in the engine's order; nothing is copied.
  public func separatingPairs(columns: Int, headRows: Int) -> NumberSource {
    precondition(columns > 0 && headRows > 0 && headRows % 2 == 0, "heads without pairs of rows")
    precondition(count % (columns * headRows) == 0, "heads that do not divide the rows")
    var source = self
    source.order = RowOrder(columns: columns, pairedRows: headRows)
    return source
  }

  /// Whether the numbers are whole rows of a width, each of whole blocks.
  func hasRows(of columns: Int) -> Bool {
    columns > 0 && columns % type.numbersInBlock == 0 && count % columns == 0
      && (order.map { $0.columns == columns } ?? true)
  }

  /// Some neighboring rows of a matrix whose rows lie in order; nothing is copied.
  func rows(_ range: Range<Int>, columns: Int) -> NumberSource {
    precondition(hasRows(of: columns) && order == nil, "rows of another width or order")
    precondition(range.lowerBound >= 0 && range.upperBound * columns <= count, "rows beyond the end of their source")
    let rowBytes = columns / type.numbersInBlock * type.size
    var part = self
    part.bytes = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * rowBytes..<range.upperBound * rowBytes])
    return part
  }

  /// Rows of a head whose pairs lie side by side; 0 where rows lie in order.
  var pairedRows: Int { order?.pairedRows ?? 0 }

  /// Whether both are stored in the same bytes.
  public func hasSameBytes(as other: NumberSource) -> Bool {
    guard type == other.type, order == other.order, bytes.count == other.bytes.count else { return false }
    guard let mine = bytes.baseAddress, let its = other.bytes.baseAddress else { return bytes.isEmpty }
    return memcmp(mine, its, bytes.count) == 0
  }

  /// Numbers widened to float32, after rounding to what `weightType` can hold.
  ///
  /// - Parameters:
  ///   - range: which numbers.
  ///   - weightType: float32 keeps every bit, and of blocks what their format defines.
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
    // Places are those of the file.
    var stored = self
    stored.order = nil
    let value = stored.floats(place..<place + 1)[0]
    return UnusableNumber(file: file, tensor: name, place: place, count: count, value: value, type: type)
  }

  func widen(_ range: Range<Int>, roundedTo weightType: WeightType, into target: UnsafeMutablePointer<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "numbers beyond the end of their source")
    withBytes { bytes in
      guard let base = bytes.baseAddress, !range.isEmpty else { return }
      guard let order else {
        return sk_widen(type.native, base, range.lowerBound, weightType.native, range.count, target)
      }
      var place = range.lowerBound
      while place < range.upperBound {
        let (row, column) = (place / order.columns, place % order.columns)
        let count = min(order.columns - column, range.upperBound - place)
        let start = sk_stored_row(row, order.pairedRows) * order.columns + column
        sk_widen(type.native, base, start, weightType.native, count, target + (place - range.lowerBound))
        place += count
      }
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
