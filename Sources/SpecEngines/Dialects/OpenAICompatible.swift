import SpecFiles

/// The part of OpenAI's interface that all servers have in common. Prompts are texts or conversations; ids, passes and the
/// server's times are not known.
package struct OpenAICompatible: Dialect {
  package static let name = "openai"
  package static let summary = "any OpenAI-compatible server: text and the client's clock"
  package let readinessPath = "/v1/models"
  package let takesIDs = false

  /// Makes the dialect.
  package init() {}

  package func facts(_ server: Server) throws(EngineFault) -> ServerFacts { try server.modelFacts() }

  package func tokenize(_ text: String, begins: Bool, _ server: Server) throws(EngineFault) -> [Int]? { nil }

  package func render(_ messages: [ServerMessage], _ server: Server) throws(EngineFault) -> ServerPrompt? { nil }

  package func complete(
    _ order: CompletionOrder,
    _ server: Server,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> ServerAnswer {
    var body = order.common(server)
    let sendsChat = server.usesChat && !order.messages.isEmpty
    body.append(
      sendsChat
        ? JSONMember("messages", .array(order.messages.map(\.json))) : JSONMember("prompt", .text(order.prompt.text))
    )
    let path = sendsChat ? "/v1/chat/completions" : "/v1/completions"
    let messages = try server.stream(path, .object(body), shouldStop: shouldStop)
    return try CompletionStream(messages, server, maximumNewTokens: order.maximumNewTokens).answer
  }
}

extension Server {
  /// What `/v1/models` tells of the model that is asked for, or of the only one.
  ///
  /// - Throws: ``EngineFault``, also where the model that is asked for is not among them.
  func modelFacts() throws(EngineFault) -> ServerFacts {
    var facts = ServerFacts()
    guard let list = try document("/v1/models")?.known("data"), let models = try? list.elements() else { return facts }
    let names = models.compactMap { $0.text("id") }
    if let model, !names.contains(model) {
      let known = names.prefix(5).map(quoted).joined(separator: ", ")
      throw .unfit(
        server: name,
        problem: "it has no model \(quoted(model)) but \(known.isEmpty ? "none" : known); correct model=NAME"
      )
    }
    guard let entry = model.flatMap({ wanted in models.first { $0.text("id") == wanted } }) ?? models.first else {
      return facts
    }
    facts.model = entry.text("id")
    facts.modelPath = entry.text("root")
    facts.contextLength = entry.count("max_model_len")
    return facts
  }
}
