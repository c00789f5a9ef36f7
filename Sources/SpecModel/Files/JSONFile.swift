import Foundation
import SpecFiles

/// A JSON object of a small file. A key that is null counts as absent, but keeps a default from its place.
struct JSONFile {
  /// The object itself.
  let root: JSONField<ModelError>
  /// Values of members that are not there; one that is null has none.
  var defaults: [String: JSONValue] = [:]

  /// Where the file lies.
  var path: String { root.file }

  /// - Throws: ``ModelError`` if the file is absent or does not hold a JSON object.
  init(path: String, purpose: String) throws(ModelError) {
    guard isEntry(path) else { throw .missingFile(path: path, purpose: purpose) }
    // Python writes infinities, mostly into members that are not read here.
    try self.init(JSONField(parsing: InputFile<ModelError>.bytes(of: path)[...], file: path, lenient: true))
  }

  /// An object that was made in memory, from another format's metadata.
  ///
  /// - Parameters:
  ///   - root: the object.
  ///   - path: the file that messages name.
  /// - Throws: ``ModelError`` if it is not an object.
  init(root: JSONValue, path: String) throws(ModelError) { try self.init(JSONField(root, file: path)) }

  /// An object inside a file.
  ///
  /// - Parameter root: the object.
  /// - Throws: ``ModelError`` if it is not an object.
  init(_ root: JSONField<ModelError>) throws(ModelError) {
    _ = try root.members()
    self.root = root
  }

  /// The value of a key, nil if it is absent or null.
  subscript(key: String) -> JSONField<ModelError>? {
    get throws(ModelError) {
      let field = try root.member(key)
      guard field.value == nil, let value = defaults[key] else { return field.unlessNull }
      return JSONField(value, file: path, path: key).unlessNull
    }
  }

  /// An integer from 1 up to a bound that keeps products of sizes from overflowing.
  func size(_ key: String) throws(ModelError) -> Int? {
    guard let field = try self[key] else { return nil }
    let number = try field.integer()
    guard (1...1 << 28).contains(number) else { throw field.mismatch(expected: "an integer from 1 to \(1 << 28)") }
    return number
  }

  /// - Throws: ``ModelError`` if the key is absent.
  func requiredSize(_ key: String) throws(ModelError) -> Int {
    if let size = try size(key) { return size }
    throw try root.member(key).mismatch(expected: "an integer")
  }

  /// Token ids given as one number or as a list.
  func tokens(_ key: String) throws(ModelError) -> [Token] {
    guard let field = try self[key] else { return [] }
    var fields = [field]
    if case .array = field.value { fields = try field.elements() }
    return try fields.map { (field) throws(ModelError) in
      guard let token = Token(exactly: try field.integer()), token >= 0 else {
        throw field.mismatch(expected: "a token id")
      }
      return token
    }
  }
}

extension ModelError: InputFailure {
  /// Makes the error of a problem with one of a model's files.
  public init(_ problem: InputProblem, file: String) {
    switch problem {
    case .foreign(let kind): self = .foreignFile(path: file, kind)
    case .notOrdinary(let kind): self = .notOrdinary(path: file, kind)
    default: self = .malformedFile(path: problem.fault.place(in: file), problem: problem.fault.clause)
    }
  }
}
