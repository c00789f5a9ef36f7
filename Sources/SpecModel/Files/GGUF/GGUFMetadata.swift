import SpecFiles

/// Reading a GGUF file's metadata as what it should be. A key that is not there is nil.
extension GGUFFile {
  /// A text.
  func text(_ key: String) throws(ModelError) -> String? {
    guard let value = metadata[key] else { return nil }
    guard case .string(let range) = value else { throw mismatch(key, "a text") }
    return withBytes { String(decoding: $0[range], as: UTF8.self) }
  }

  /// A truth value.
  func boolean(_ key: String) throws(ModelError) -> Bool? {
    guard let value = metadata[key] else { return nil }
    guard case .boolean(let isTrue) = value else { throw mismatch(key, "true or false") }
    return isTrue
  }

  /// A number, whole or not.
  func number(_ key: String) throws(ModelError) -> Double? {
    switch metadata[key] {
    case nil: return nil
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw mismatch(key, "a number")
    }
  }

  /// A whole number; of a list, which has one for each layer, the number if all are the same.
  func integer(_ key: String) throws(ModelError) -> Int? {
    switch metadata[key] {
    case nil: return nil
    case .integer(let number): return number
    case .list:
      let numbers = Set(try numbers(key) ?? [])
      guard numbers.count == 1, let number = numbers.first.flatMap({ Int(exactly: $0) }) else {
        throw .unsupportedFeature(
          path: path,
          feature: "'\(key)' with another number for each layer",
          supported: "one for all layers is"
        )
      }
      return number
    default: throw mismatch(key, "a whole number")
    }
  }

  /// The texts of a list, as UTF-8.
  func texts(_ key: String) throws(ModelError) -> [ArraySlice<UInt8>]? {
    guard let value = metadata[key] else { return nil }
    guard case .list(let list) = value, list.type == .string else { throw mismatch(key, "a list of texts") }
    return try withBytes { (bytes) throws(ModelError) in
      var reader = GGUFReader(UnsafeRawBufferPointer(rebasing: bytes[list.bytes]), path: path)
      var texts: [ArraySlice<UInt8>] = []
      texts.reserveCapacity(list.count)
      for _ in 0..<list.count {
        let range = try reader.string("a text of '\(key)'")
        texts.append(
          ArraySlice(bytes[list.bytes.lowerBound + range.lowerBound..<list.bytes.lowerBound + range.upperBound])
        )
      }
      return texts
    }
  }

  /// The numbers of a list.
  func numbers(_ key: String) throws(ModelError) -> [Double]? {
    guard let value = metadata[key] else { return nil }
    guard case .list(let list) = value, list.type.size != nil, list.type != .boolean else {
      throw mismatch(key, "a list of numbers")
    }
    return try withBytes { (bytes) throws(ModelError) in
      var reader = GGUFReader(UnsafeRawBufferPointer(rebasing: bytes[list.bytes]), path: path)
      var numbers: [Double] = []
      numbers.reserveCapacity(list.count)
      for _ in 0..<list.count {
        switch try reader.value(list.type, "a number of '\(key)'") {
        case .integer(let number): numbers.append(Double(number))
        case .number(let number): numbers.append(number)
        default: throw mismatch(key, "a list of numbers")
        }
      }
      return numbers
    }
  }

  func mismatch(_ key: String, _ expected: String) -> ModelError {
    .malformedFile(path: path, problem: "'\(key)' is not \(expected)")
  }
}
