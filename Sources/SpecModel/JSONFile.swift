import Foundation

/// A JSON object read from a small file, with access that names the file when something is wrong.
struct JSONFile {
  let path: String
  private let values: [String: Any]

  /// - Throws: ``ModelError`` if the file is absent or does not hold a JSON object.
  init(path: String, purpose: String) throws(ModelError) {
    guard FileManager.default.fileExists(atPath: path) else { throw .missingFile(path: path, purpose: purpose) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .malformedFile(path: path, problem: "it cannot be read")
    }
    try self.init(path: path, data: data)
  }

  /// - Throws: ``ModelError`` if the data is not a JSON object.
  init(path: String, data: Data) throws(ModelError) {
    self.path = path
    guard let values = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
      throw .malformedFile(path: path, problem: "it does not hold a JSON object")
    }
    self.values = values
  }

  var keys: [String] { values.keys.sorted() }

  /// Whether the key is there with a value other than null.
  func has(_ key: String) -> Bool { values[key].map { !($0 is NSNull) } ?? false }

  func string(_ key: String) throws(ModelError) -> String? { try value(key, "a text") }

  func flag(_ key: String) throws(ModelError) -> Bool? { try value(key, "true or false") }

  func number(_ key: String) throws(ModelError) -> Double? { try value(key, "a number") }

  func object(_ key: String) throws(ModelError) -> [String: Any]? { try value(key, "an object") }

  /// A list of texts; nil if it is something else.
  func strings(_ key: String) -> [String]? { values[key] as? [String] }

  /// An integer from 1 up to a bound that keeps products of sizes from overflowing.
  func size(_ key: String) throws(ModelError) -> Int? {
    guard let number: Int = try value(key, "a whole number") else { return nil }
    guard (1...1 << 28).contains(number) else {
      throw .malformedFile(path: path, problem: "'\(key)' is \(number), outside 1 ... \(1 << 28)")
    }
    return number
  }

  /// - Throws: ``ModelError`` if the key is absent.
  func requiredSize(_ key: String) throws(ModelError) -> Int {
    guard let size = try size(key) else { throw .malformedFile(path: path, problem: "'\(key)' is missing") }
    return size
  }

  /// Token ids given as one number or as a list.
  func tokens(_ key: String) throws(ModelError) -> [Token] {
    guard has(key), let value = values[key] else { return [] }
    let list = value as? [Any] ?? [value]
    var tokens: [Token] = []
    for item in list {
      guard let number = item as? Int, let token = Token(exactly: number), token >= 0 else {
        throw .malformedFile(path: path, problem: "'\(key)' is not a token id or a list of them")
      }
      tokens.append(token)
    }
    return tokens
  }

  private func value<Value>(_ key: String, _ kind: String) throws(ModelError) -> Value? {
    guard has(key), let found = values[key] else { return nil }
    guard let value = found as? Value else {
      throw .malformedFile(path: path, problem: "'\(key)' is not \(kind)")
    }
    return value
  }
}
