import SpecFiles

/// Why a request is not answered as asked: an HTTP status and one sentence.
package struct Refusal: Error, Equatable, CustomStringConvertible {
  /// The HTTP status.
  package let status: Int
  /// The kind of error, as OpenAI's interface names it.
  package let type: String
  /// What was found, and what to do.
  package let message: String
  /// Further members of the error object.
  let details: [JSONMember]

  /// Makes a refusal; the properties say what each value means.
  init(
    _ status: Int,
    _ message: String,
    type: String = "invalid_request_error",
    details: KeyValuePairs<String, JSONValue> = [:]
  ) {
    self.status = status
    self.type = type
    self.message = message
    self.details = details.map { JSONMember(key: ArraySlice($0.key.utf8), value: $0.value) }
  }

  /// The sentence.
  package var description: String { message }

  /// The body of the answer, in the form that OpenAI, llama.cpp and vLLM share.
  var document: JSONValue {
    let error: [JSONMember] =
      [
        JSONMember(key: ArraySlice("code".utf8), value: .integer(status)),
        JSONMember(key: ArraySlice("message".utf8), value: .text(message)),
        JSONMember(key: ArraySlice("type".utf8), value: .text(type)),
      ] + details
    return ["error": .object(error)]
  }

  /// For a server that is asked to end.
  static let stopping = Refusal(503, "the server is stopping; ask again when it is up", type: "unavailable_error")
}

extension Refusal: InputFailure {
  /// The refusal of a body that cannot be read.
  package init(_ problem: InputProblem, file: String) {
    if case .foreign(let kind) = problem {
      self.init(400, "\(file) is \(kind.description); send a JSON object")
    } else {
      self.init(400, problem.fault.sentence(file: file))
    }
  }
}
