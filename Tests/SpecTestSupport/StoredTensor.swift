import Foundation
import SpecKernels
import SpecModel

/// A tensor of a safetensors file that a test writes.
public struct StoredTensor {
  /// The name in the file.
  public let name: String
  /// The lengths of its sides.
  public let shape: [Int]
  let type: NumberType
  let bytes: [UInt8]

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
    self.type = type
    switch type {
    case .float32: bytes = numbers.withUnsafeBytes(Array.init)
    case .bfloat16: bytes = numbers.map { UInt16($0.bitPattern >> 16) }.withUnsafeBytes(Array.init)
    case .float16: bytes = numbers.map { Self.float16Bits($0) }.withUnsafeBytes(Array.init)
    }
  }

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
      let type = [NumberType.float32: "F32", .bfloat16: "BF16", .float16: "F16"][tensor.type] ?? ""
      header.append(
        "\"\(tensor.name)\": {\"dtype\": \"\(type)\", \"shape\": \(tensor.shape), "
          + "\"data_offsets\": [\(data.count), \(data.count + tensor.bytes.count)]}"
      )
      data += tensor.bytes
    }
    let text = Data("{\"__metadata__\": {\"format\": \"pt\"}, \(header.joined(separator: ", "))}".utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + data
  }
}
