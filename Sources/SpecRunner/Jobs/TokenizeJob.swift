import Foundation
import SpecCore
import SpecFiles
import SpecModel

/// Turns a file of texts into tokens and a file of tokens into texts, for golden tests and for other programs.
package struct TokenizeJob {
  private enum Input {
    case text(String)
    case ids([Token])
  }

  private let tokenizer: Tokenizer
  private let countsSpecialTokens: Bool
  private let addsSpecialTokens: Bool
  private let inputs: [Input]

  /// Reads and checks the whole input.
  ///
  /// - Parameters:
  ///   - tokenizer: the tokenizer.
  ///   - inputPath: a file of JSON lines {"text": "…"} or {"ids": […]}.
  ///   - countsSpecialTokens: whether the text of a special token is that token; otherwise it is but a text.
  ///   - addsSpecialTokens: whether a text gets the tokens around it that the tokenizer's post-processor names.
  /// - Throws: ``LinesInputError`` for a malformed line.
  package init(
    tokenizer: Tokenizer,
    inputPath: String,
    countsSpecialTokens: Bool,
    addsSpecialTokens: Bool
  ) throws(LinesInputError) {
    self.tokenizer = tokenizer
    self.countsSpecialTokens = countsSpecialTokens
    self.addsSpecialTokens = addsSpecialTokens
    inputs = try JSONField<LinesInputError>.records(of: inputPath).map { (record) throws(LinesInputError) in
      try Self.input(record.field)
    }
    if inputs.isEmpty { throw .empty(file: inputPath, of: "text", like: "{\"text\": \"…\"} or {\"ids\": [1, 2]}") }
  }

  /// Writes one JSON line for each input: {"ids", "decoded"} for a text, {"decoded"} for tokens. Special tokens are kept
  /// in the decoded text. The file appears whole at the end, or not at all.
  ///
  /// - Parameter path: the output file.
  /// - Throws: ``UnwritableFile`` if the output cannot be written.
  package func run(outputPath path: String) throws(UnwritableFile) {
    var text = ""
    for input in inputs {
      let line: JSONValue =
        switch input {
        case .ids(let tokens): ["decoded": .text(tokenizer.decode(tokens))]
        case .text(let text): encoded(text)
        }
      text += line.line + "\n"
    }
    try OutputFile.write(text, to: path)
  }

  private func encoded(_ text: String) -> JSONValue {
    let own = countsSpecialTokens ? tokenizer.encode(text) : tokenizer.encode(PromptText(quoting: text))
    let tokens = addsSpecialTokens ? tokenizer.prefix + own + tokenizer.suffix : own
    return .members([
      "ids": .array(tokens.map { .integer(Int($0)) }), "decoded": .text(tokenizer.decode(tokens)),
    ])
  }

  private static func input(_ field: JSONField<LinesInputError>) throws(LinesInputError) -> Input {
    if let ids = try field.member("ids").unlessNull {
      return .ids(
        try ids.elements().map { (element) throws(LinesInputError) in
          guard let token = Token(exactly: try element.integer()), token >= 0 else {
            throw element.mismatch(expected: "a token id")
          }
          return token
        }
      )
    }
    let text = try field.member("text")
    guard text.unlessNull != nil else { throw text.mismatch(expected: "a text, or a list of token ids as \"ids\",") }
    return .text(try text.string())
  }
}
