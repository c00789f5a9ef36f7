/// A value of a GGUF file's metadata. Texts and lists stay in the file.
enum GGUFValue: Equatable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  /// A text, by the place of its bytes.
  case string(Range<Int>)
  case list(GGUFList)
}

/// A list in a GGUF file's metadata.
struct GGUFList: Equatable {
  /// What its elements are.
  let type: GGUFValueType
  /// How many there are.
  let count: Int
  /// Where they lie.
  let bytes: Range<Int>
}

/// The types of values, under the numbers that the format gives them.
enum GGUFValueType: UInt32 {
  case uint8, int8, uint16, int16, uint32, int32, float32, boolean, string, list, uint64, int64, float64

  /// Bytes of one value; nil where they differ.
  var size: Int? {
    switch self {
    case .uint8, .int8, .boolean: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .list: nil
    }
  }

  /// The bytes that a value takes at least.
  var leastSize: Int { size ?? (self == .string ? 8 : 12) }
}

extension GGUFReader {
  /// How deep lists may lie in lists: files in use have none inside of another.
  private static let greatestDepth = 4

  /// The type of a value.
  mutating func type(of subject: String) throws(ModelError) -> GGUFValueType {
    let number = try integer(UInt32.self, "the type of \(subject)")
    guard let type = GGUFValueType(rawValue: number) else {
      throw malformed("\(subject) is of the type \(number) where a number from 0 to 12 is expected")
    }
    return type
  }

  /// A value.
  mutating func value(_ type: GGUFValueType, _ subject: String, depth: Int = 0) throws(ModelError) -> GGUFValue {
    switch type {
    case .uint8: return .integer(Int(try integer(UInt8.self, subject)))
    case .int8: return .integer(Int(try integer(Int8.self, subject)))
    case .uint16: return .integer(Int(try integer(UInt16.self, subject)))
    case .int16: return .integer(Int(try integer(Int16.self, subject)))
    case .uint32: return .integer(Int(try integer(UInt32.self, subject)))
    case .int32: return .integer(Int(try integer(Int32.self, subject)))
    case .int64: return .integer(Int(try integer(Int64.self, subject)))
    case .uint64:
      let number = try integer(UInt64.self, subject)
      return Int(exactly: number).map { .integer($0) } ?? .number(Double(number))
    case .float32:
      let number = Float(bitPattern: try integer(UInt32.self, subject))
      // 1e-5 as it was written, not 9.999999747378752e-06.
      return .number(Double("\(number)") ?? Double(number))
    case .float64: return .number(Double(bitPattern: try integer(UInt64.self, subject)))
    case .boolean: return .boolean(try integer(UInt8.self, subject) != 0)
    case .string: return .string(try string(subject))
    case .list: return .list(try list(subject, depth: depth))
    }
  }

  private mutating func list(_ subject: String, depth: Int) throws(ModelError) -> GGUFList {
    guard depth < Self.greatestDepth else { throw malformed("\(subject) has lists in lists beyond any use") }
    let type = try type(of: "the elements of \(subject)")
    let count = try count(of: type.leastSize, "elements of \(subject)")
    let start = place
    if let size = type.size {
      _ = try skip(count * size, subject)
    } else {
      let element = "an element of \(subject)"
      for _ in 0..<count { _ = try value(type, element, depth: depth + 1) }
    }
    return GGUFList(type: type, count: count, bytes: start..<place)
  }
}
