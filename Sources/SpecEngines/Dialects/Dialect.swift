/// How the servers of one engine are spoken with: requests, answers and what they tell of themselves.
///
/// A dialect is one file in `Dialects/` and one entry of ``DialectRegistry``.
package protocol Dialect: Sendable {
  /// Its name in a decoder spec and in a file.
  static var name: String { get }
  /// What it is for, in one line.
  static var summary: String { get }
  /// The path that answers with status 200 once the server can work.
  var readinessPath: String { get }
  /// Whether token ids can be sent as a prompt.
  var takesIDs: Bool { get }
  /// Arguments of a command that make its answers useless as a measurement, each with why.
  var forbiddenArguments: [(argument: String, reason: String)] { get }

  /// What the server tells of itself.
  ///
  /// - Parameter server: the server.
  /// - Returns: the facts.
  /// - Throws: ``EngineFault``.
  func facts(_ server: Server) throws(EngineFault) -> ServerFacts

  /// The tokens of a text that is sent as it is.
  ///
  /// - Parameters:
  ///   - text: the text; what it says of special tokens is meant.
  ///   - begins: whether the server puts its begin token in front, if its model has one.
  ///   - server: the server.
  /// - Returns: the ids; nil where the dialect has no way to learn them.
  /// - Throws: ``EngineFault``.
  func tokenize(_ text: String, begins: Bool, _ server: Server) throws(EngineFault) -> [Int]?

  /// A conversation by the model's own template.
  ///
  /// - Parameters:
  ///   - messages: the conversation, the user's message last.
  ///   - server: the server.
  /// - Returns: the prompt; nil where the dialect has no way to learn it.
  /// - Throws: ``EngineFault``.
  func render(_ messages: [ServerMessage], _ server: Server) throws(EngineFault) -> ServerPrompt?

  /// What the server has counted since it began, for all requests together.
  ///
  /// - Parameter server: the server.
  /// - Returns: the counters; nil where the dialect or the server has none.
  /// - Throws: ``EngineFault``.
  func counters(_ server: Server) throws(EngineFault) -> DraftCounts?

  /// Asks for one answer, piece by piece.
  ///
  /// - Parameters:
  ///   - order: what is asked for.
  ///   - server: the server.
  ///   - shouldStop: asked ten times a second.
  /// - Returns: the answer.
  /// - Throws: ``EngineFault``.
  func complete(
    _ order: CompletionOrder,
    _ server: Server,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> ServerAnswer
}

extension Dialect {
  /// No argument does harm that is known of.
  package var forbiddenArguments: [(argument: String, reason: String)] { [] }

  /// No counters.
  package func counters(_ server: Server) throws(EngineFault) -> DraftCounts? { nil }
}

/// The dialects that decoder specs and files may name.
package struct DialectRegistry: Sendable {
  /// Every dialect.
  package let dialects: [any Dialect]

  /// The dialects of this package.
  package static let builtIn = DialectRegistry(dialects: [LlamaServer(), VLLM(), SGLang(), OpenAICompatible()])

  /// Their names.
  package var names: [String] { dialects.map { type(of: $0).name } }

  /// The dialect of a name.
  ///
  /// - Parameter name: as in a decoder spec.
  /// - Returns: the dialect.
  /// - Throws: ``EngineSettingError/unknownDialect(name:known:)``.
  package func dialect(named name: String) throws(EngineSettingError) -> any Dialect {
    guard let dialect = dialects.first(where: { type(of: $0).name == name }) else {
      throw .unknownDialect(name: name, known: names)
    }
    return dialect
  }
}
