import SpecFiles

/// How trained numbers are stored in a checkpoint.
package enum StoredNumber: String, CaseIterable, Sendable {
  /// float32, every bit.
  case float32 = "f32"
  /// bfloat16, rounded to nearest even.
  case bfloat16 = "bf16"

  /// The name in a safetensors header.
  var headerName: String { self == .float32 ? "F32" : "BF16" }

  /// The name in `config.json`.
  var configurationName: String { self == .float32 ? "float32" : "bfloat16" }

  /// Bytes of one number.
  var size: Int { self == .float32 ? 4 : 2 }

  /// Numbers as they lie in a file, the lowest byte of each first.
  func bytes(of numbers: [Float]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: numbers.count * size) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      switch self {
      case .float32:
        for (place, number) in numbers.enumerated() {
          raw.storeBytes(of: number.bitPattern.littleEndian, toByteOffset: 4 * place, as: UInt32.self)
        }
      case .bfloat16:
        for (place, number) in numbers.enumerated() {
          raw.storeBytes(of: Self.bfloat16Bits(number).littleEndian, toByteOffset: 2 * place, as: UInt16.self)
        }
      }
      count = numbers.count * size
    }
  }

  /// The upper half of a float32, rounded to nearest even; what is not a number stays so.
  static func bfloat16Bits(_ number: Float) -> UInt16 {
    let bits = number.bitPattern
    if number.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}

/// Writes safetensors files: an 8-byte length, a JSON header, then the tensors' bytes.
package enum SafetensorsWriter {
  /// How many numbers are held in memory at once.
  private static let part = 1 << 16

  /// Writes a file that appears whole or not at all. Tensors lie in the order of their names behind lists of whole numbers, so
  /// the same tensors always give the same bytes, and every number lies at a multiple of its size.
  ///
  /// - Parameters:
  ///   - tensors: tensors of different names.
  ///   - lists: whole numbers by name, stored in 64 bits.
  ///   - type: how to store the numbers.
  ///   - path: the file.
  /// - Throws: `UnwritableFile`.
  package static func write(
    _ tensors: [NamedTensor],
    lists: [String: [Int]] = [:],
    as type: StoredNumber,
    to path: String
  ) throws(UnwritableFile) {
    let lists = lists.sorted { $0.key < $1.key }
    let sorted = tensors.sorted { $0.name < $1.name }
    precondition(zip(sorted, sorted.dropFirst()).allSatisfy { $0.name != $1.name }, "two tensors of one name")
    try OutputFile.write(to: path) { (file) throws(UnwritableFile) in
      try file.append(header(of: sorted, lists, as: type))
      for list in lists {
        try file.append(list.value.flatMap { number in withUnsafeBytes(of: Int64(number).littleEndian, Array.init) })
      }
      for tensor in sorted {
        for start in stride(from: 0, to: tensor.count, by: part) {
          let numbers = tensor.floats(start..<min(start + part, tensor.count))
          try file.append(type.bytes(of: numbers))
        }
      }
    }
  }

  /// The length and the header, which spaces fill up so that the numbers begin at a multiple of 8.
  private static func header(
    of tensors: [NamedTensor],
    _ lists: [(key: String, value: [Int])],
    as type: StoredNumber
  ) -> [UInt8] {
    var members = [JSONMember(key: ArraySlice("__metadata__".utf8), value: .members(["format": "pt"]))]
    var start = 0
    func add(_ name: String, _ typeName: String, _ shape: [Int], bytes: Int) {
      let entry = JSONValue.members([
        "dtype": .text(typeName),
        "shape": .array(shape.map(JSONValue.integer)),
        "data_offsets": .array([.integer(start), .integer(start + bytes)]),
      ])
      members.append(JSONMember(key: ArraySlice(name.utf8), value: entry))
      start += bytes
    }
    for list in lists { add(list.key, "I64", [list.value.count], bytes: 8 * list.value.count) }
    for tensor in tensors { add(tensor.name, type.headerName, tensor.shape, bytes: tensor.count * type.size) }
    var text = Array(JSONValue.object(members).line.utf8)
    text += repeatElement(0x20, count: (8 - text.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: UInt64(text.count) >> (8 * UInt64($0))) } + text
  }
}
