import Foundation
import SpecKernels
import SpecModel

/// A tensor of a safetensors file that a test writes.
public struct StoredTensor {
  /// The name in the file.
  public let name: String
  /// The lengths of its sides.
  public let shape: [Int]
  /// The name that files have for the type of its numbers.
  let type: String
  /// Its numbers as they are stored.
  public let bytes: [UInt8]

  /// A tensor of numbers; those of 8 significant bits are held exactly by every type.
  ///
  /// - Parameters:
  ///   - name: the name in the file.
  ///   - shape: the lengths of its sides.
  ///   - type: how its numbers are stored.
  ///   - numbers: row after row.
  public init(_ name: String, _ shape: [Int], _ type: NumberType, _ numbers: [Float]) {
    self.name = name
    self.shape = shape
    self.type = type.name
    switch type {
    case .float32: bytes = numbers.withUnsafeBytes(Array.init)
    case .bfloat16: bytes = numbers.map { UInt16($0.bitPattern >> 16) }.withUnsafeBytes(Array.init)
    case .float16: bytes = numbers.map { Self.float16Bits($0) }.withUnsafeBytes(Array.init)
    case .blocks: preconditionFailure("safetensors files have no blocks")
    }
  }

  /// A list of integers of 64 bits.
  public init(_ name: String, integers: [Int]) {
    self.init(name, [integers.count], "I64", bytes: integers.withUnsafeBytes(Array.init))
  }

  /// How many numbers there are.
  var count: Int { shape.reduce(1, *) }

  /// Exact for numbers of few bits whose magnitude is normal in float16 or zero.
  private static func float16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value == 0 { return UInt16(bits >> 16) }
    let exponent = Int(bits >> 23 & 0xff) - 127 + 15
    return UInt16(bits >> 16 & 0x8000) | UInt16(exponent) << 10 | UInt16(bits >> 13 & 0x3ff)
  }

  /// The content of a safetensors file.
  ///
  /// - Parameter tensors: in the order in which they are stored.
  /// - Returns: header and numbers.
  public static func file(_ tensors: [StoredTensor]) -> Data {
    var header: [String] = []
    var data = Data()
    for tensor in tensors {
      header.append(
        "\"\(tensor.name)\": {\"dtype\": \"\(tensor.type)\", \"shape\": \(tensor.shape), "
          + "\"data_offsets\": [\(data.count), \(data.count + tensor.bytes.count)]}"
      )
      data += tensor.bytes
    }
    let text = Data("{\"__metadata__\": {\"format\": \"pt\"}, \(header.joined(separator: ", "))}".utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + data
  }

  /// The tensors of a safetensors file that a test has written.
  ///
  /// - Parameter file: its content.
  /// - Returns: the tensors by name.
  /// - Throws: what reading JSON throws.
  public static func reading(_ file: Data) throws -> [StoredTensor] {
    let length = file.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: file[8..<8 + length]) as? [String: [String: Any]] ?? [:]
    return header.sorted { $0.key < $1.key }.compactMap { name, entry in
      guard let offsets = entry["data_offsets"] as? [Int], let shape = entry["shape"] as? [Int],
        let type = entry["dtype"] as? String
      else { return nil }
      return StoredTensor(name, shape, type, bytes: [UInt8](file[8 + length + offsets[0]..<8 + length + offsets[1]]))
    }
  }

  /// The same numbers under another name.
  public func named(_ name: String) -> StoredTensor { StoredTensor(name, shape, type, bytes: bytes) }

  private init(_ name: String, _ shape: [Int], _ type: String, bytes: [UInt8]) {
    (self.name, self.shape, self.type, self.bytes) = (name, shape, type, bytes)
  }
}
