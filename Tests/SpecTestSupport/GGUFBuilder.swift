import Foundation
import SpecKernels

/// A GGUF file that a test writes (version 3 of the format unless it says otherwise).
public struct GGUFBuilder: Sendable {
  /// A value of the metadata.
  public enum Value: Sendable {
    case uint32(UInt32)
    case float32(Float)
    case boolean(Bool)
    case text(String)
    case texts([String])
    case bytes([[UInt8]])
    case int32s([Int32])
    case float32s([Float])
  }

  /// A tensor.
  public struct Tensor: Sendable {
    /// The name in the file.
    public let name: String
    /// The lengths of its sides, outermost first.
    public let shape: [Int]
    /// ggml's number of the type.
    public let type: UInt32
    /// The numbers, row after row.
    public let bytes: [UInt8]

    /// A tensor of any type.
    public init(_ name: String, _ shape: [Int], type: UInt32, bytes: [UInt8]) {
      (self.name, self.shape, self.type, self.bytes) = (name, shape, type, bytes)
    }

    /// A tensor in F32.
    public init(_ name: String, _ shape: [Int], floats: [Float]) {
      self.init(name, shape, type: 0, bytes: floats.withUnsafeBytes(Array.init))
    }
  }

  /// The version.
  public var version: UInt32 = 3
  /// The keys in their order.
  public var metadata: [(key: String, value: Value)]
  /// The tensors in their order.
  public var tensors: [Tensor]

  /// A file of a model.
  public init(metadata: [(key: String, value: Value)], tensors: [Tensor] = []) {
    (self.metadata, self.tensors) = (metadata, tensors)
  }

  /// ggml's numbers of the types that can be read.
  public static func number(of type: NumberType) -> UInt32 {
    switch type {
    case .float32: 0
    case .float16: 1
    case .bfloat16: 30
    case .blocks(let format):
      switch format {
      case .q40: 2
      case .q41: 3
      case .q50: 6
      case .q51: 7
      case .q80: 8
      case .q2k: 10
      case .q3k: 11
      case .q4k: 12
      case .q5k: 13
      case .q6k: 14
      }
    }
  }

  /// The content of the file.
  public var data: Data {
    var out = Data("GGUF".utf8)
    out.append(version)
    out.append(UInt64(tensors.count))
    out.append(UInt64(metadata.count))
    for (key, value) in metadata {
      out.append(text: Array(key.utf8))
      out.append(value)
    }
    var offset = 0
    for tensor in tensors {
      out.append(text: Array(tensor.name.utf8))
      out.append(UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { out.append(UInt64(size)) }
      out.append(tensor.type)
      out.append(UInt64(offset))
      offset += Self.padded(tensor.bytes.count)
    }
    out.append(Data(count: Self.padded(out.count) - out.count))
    for tensor in tensors {
      out.append(contentsOf: tensor.bytes)
      out.append(Data(count: Self.padded(tensor.bytes.count) - tensor.bytes.count))
    }
    return out
  }

  private static func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }
}

extension Data {
  fileprivate mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(text: [UInt8]) {
    append(UInt64(text.count))
    append(contentsOf: text)
  }

  fileprivate mutating func append(list type: UInt32, _ count: Int) {
    append(UInt32(9))
    append(type)
    append(UInt64(count))
  }

  fileprivate mutating func append(_ value: GGUFBuilder.Value) {
    switch value {
    case .uint32(let number):
      append(UInt32(4))
      append(number)
    case .float32(let number):
      append(UInt32(6))
      append(number.bitPattern)
    case .boolean(let isTrue):
      append(UInt32(7))
      append(UInt8(isTrue ? 1 : 0))
    case .text(let text):
      append(UInt32(8))
      append(text: Array(text.utf8))
    case .texts(let texts):
      append(list: 8, texts.count)
      for text in texts { append(text: Array(text.utf8)) }
    case .bytes(let texts):
      append(list: 8, texts.count)
      for text in texts { append(text: text) }
    case .int32s(let numbers):
      append(list: 5, numbers.count)
      for number in numbers { append(number) }
    case .float32s(let numbers):
      append(list: 6, numbers.count)
      for number in numbers { append(number.bitPattern) }
    }
  }
}
