/// One value of a JSON document.
///
/// Foundation's parsers hand out dictionaries keyed by `String`, in which canonically equivalent keys collide and
/// repeated keys vanish. A vocabulary may hold both kinds, so strings stay UTF-8 bytes and objects stay lists here.
enum JSONNode: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case fraction(Double)
  case string(ArraySlice<UInt8>)
  case array([JSONNode])
  case object([Member])

  struct Member: Sendable {
    let key: ArraySlice<UInt8>
    let value: JSONNode
  }

  /// Names the value for an error message, short and on one line whatever the file contains.
  var summary: String {
    switch self {
    case .null: "nothing (null or no such key)"
    case .boolean(let value): "\(value)"
    case .integer(let value): "the integer \(value)"
    case .fraction(let value): "the number \(value)"
    case .string(let bytes): "the string \(JSONNode.quoted(bytes))"
    case .array(let elements): "an array of \(elements.count) elements"
    case .object(let members): "an object of \(members.count) keys"
    }
  }

  /// Quotes text from an untrusted file: at most 40 scalars, with everything that could upset a terminal escaped.
  static func quoted(_ bytes: some Sequence<UInt8>) -> String {
    let limit = 40
    // Four bytes a scalar at most; a cut scalar beyond the limit is never shown.
    let scalars = String(decoding: Array(bytes.prefix(4 * (limit + 1))), as: UTF8.self).unicodeScalars
    let shown = scalars.prefix(limit).map { $0.escaped(asASCII: false) }.joined()
    return "\"" + shown + (scalars.count > limit ? "…" : "") + "\""
  }
}

/// A JSON value together with its file and place, so that every complaint about it can name both.
struct JSONField {
  let file: String
  let path: String
  let node: JSONNode

  var isNull: Bool {
    if case .null = node { true } else { false }
  }

  /// The value of a key; a key that is not there counts as null, as it does for Hugging Face's optional settings.
  func member(_ name: String) throws(TokenizerError) -> JSONField {
    guard case .object(let members) = node else { throw mismatch(expected: "an object") }
    let value = members.last { $0.key.elementsEqual(name.utf8) }?.value ?? .null
    return JSONField(file: file, path: path.isEmpty ? name : "\(path).\(name)", node: value)
  }

  func elements() throws(TokenizerError) -> [JSONField] {
    guard case .array(let nodes) = node else { throw mismatch(expected: "an array") }
    return nodes.enumerated().map { JSONField(file: file, path: "\(path)[\($0.offset)]", node: $0.element) }
  }

  func bytes() throws(TokenizerError) -> ArraySlice<UInt8> {
    guard case .string(let bytes) = node else { throw mismatch(expected: "a string") }
    return bytes
  }

  func string() throws(TokenizerError) -> String {
    String(decoding: try bytes(), as: UTF8.self)
  }

  func boolean() throws(TokenizerError) -> Bool {
    guard case .boolean(let value) = node else { throw mismatch(expected: "true or false") }
    return value
  }

  func boolean(default value: Bool) throws(TokenizerError) -> Bool {
    isNull ? value : try boolean()
  }

  func mismatch(expected: String) -> TokenizerError {
    .malformed(file: file, place: place, found: node.summary, expected: expected)
  }

  func unsupported(_ feature: String, supported: String) -> TokenizerError {
    .unsupported(file: file, feature: "\(feature) at \(place)", supported: supported)
  }

  private var place: String {
    path.isEmpty ? "the top level" : "\"\(path)\""
  }
}
