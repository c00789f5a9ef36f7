import SpecFiles
import SpecModel
import SpecSuite
import SpecTestSupport
import SpecTraining
import Testing

/// Conversations as tokens to learn from, written by a chat template in Jinja.
@Suite final class ConversationEncoderTests {
  private static let source =
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}Q{{ m.content }}{% else %}A {{ m.content }}</s>{% endif %}"
    + "{% endfor %}{% if add_generation_prompt %}A{% endif %}"
  private let model: TinyCheckpoint

  init() throws { model = try TinyCheckpoint() }

  deinit { model.remove() }

  private func encoder(ends: [Token], _ source: String) throws -> ConversationEncoder<JinjaChatTemplate> {
    var configuration = try ModelConfiguration(directory: model.directory)
    configuration.endTokens = ends
    return ConversationEncoder(
      tokenizer: try Tokenizer(directory: model.directory),
      writer: try JinjaChatTemplate(source: source, file: "t.jinja", specialTokens: ["bos_token": "<s>"]),
      configuration: configuration
    )
  }

  private func bytes(_ text: String) -> [Token] { text.utf8.map { Token($0) + 3 } }

  private static let turns = [
    TrainingTurn(.user, "a</s>"), TrainingTurn(.assistant, "b"), TrainingTurn(.user, "c"),
    TrainingTurn(.assistant, "d<s>"),
  ]

  /// What is said stays text; of several end tokens the one counts that the template writes.
  @Test func aConversationIsTheTemplatesText() throws {
    let encoded = try encoder(ends: [0, 2], Self.source).encode(.conversation(Self.turns))
    let prompt = [1] + bytes("Qa</s>A b") + [2] + bytes("QcA")
    #expect(encoded.tokens == prompt + bytes(" d<s>") + [2] && encoded.promptCount == prompt.count)
    #expect(try encoder(ends: [0, 1], Self.source).encode(.conversation(Self.turns)).tokens.last == 0)
    #expect(try encoder(ends: [], Self.source).encode(.conversation(Self.turns)).tokens.last == bytes(">")[0])
  }

  @Test func aRefusedConversationIsSaid() throws {
    let refusing = "{% if messages | length > 1 %}{{ raise_exception('one turn') }}{% endif %}" + Self.source
    #expect(throws: ChatTemplateProblem(file: "t.jinja", reason: "it refuses the conversation: one turn")) {
      try self.encoder(ends: [2], refusing).encode(.conversation(Self.turns))
    }
  }
}
