import Foundation
import SpecTestSupport
import Testing

/// How prompts are written, stored and exported, through the program itself.
@Suite final class PromptTests: ProgramTests {
  private static let dated =
    "{{ bos_token }}{{ strftime_now('%Y-%m-%d') }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"

  private func questions(_ lines: String...) throws {
    try scratch.write(lines.map { $0 + "\n" }.joined(), to: "q.jsonl")
  }

  private func run(_ extra: [String] = []) throws -> Program.Result {
    try Program.run(
      [
        "run", "--model", model.directory, "--suite", scratch.path("q.jsonl"), "--max-new-tokens", "4", "--repeats",
        "1",
        "--no-noise-floor", "--decoders", "prompt-lookup", "--database", scratch.path("x.sqlite"), "--report",
        scratch.path("r.md"),
      ] + extra
    )
  }

  private func export() throws -> Program.Result {
    try Program.run(["export", "--prompts", "--database", scratch.path("x.sqlite"), "--output", scratch.path("out")])
  }

  private func lines(_ name: String) throws -> [[String: Any]] {
    try scratch.read(name).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// What the model saw comes back to the letter, and decodes to the same answers.
  @Test func promptsAreStoredAndExported() throws {
    try questions(#"{"question_id": 7, "category": "other", "turns": ["Why </s>?", "Go on"]}"#)
    try model.write(Self.dated, to: "chat_template.jinja")
    try model.write(#"{"add_bos_token": true, "bos_token": "<s>"}"#, to: "tokenizer_config.json")
    let result = try run(["--template-date", "2024-07-26"])
    #expect(result.status == 0 && result.errors.contains("the model's own chat template"), "\(result.errors)")
    #expect(try scratch.read("r.md").contains(#""chat_template_date":"2024-07-26""#))
    let exported = try export()
    #expect(exported.status == 0 && exported.output.contains("prompts.jsonl"), "\(exported.errors)")
    let prompts = try lines("out/prompts.jsonl")
    #expect(prompts.map { $0["id"] as? Int } == [7, 7] && prompts.map { $0["turn"] as? Int } == [0, 1])
    #expect(prompts.first?["prompt"] as? String == "<s>2024-07-26<user>Why </s>?")
    let ids = try #require(prompts.first?["prompt_ids"] as? [Int])
    // The begin token comes once, from the template; the user's end token is spelled out.
    #expect(ids.filter { $0 == ids[0] }.count == 1 && ids.count == 1 + "2024-07-26<user>Why </s>?".utf8.count)
    let decoded = try Program.run([
      "decode", "--model", model.directory, "--decoder", "vanilla", "--input", scratch.path("out/prompts.jsonl"),
      "--output", scratch.path("a.jsonl"), "--max-new-tokens", "4",
    ])
    #expect(decoded.status == 0, "\(decoded.errors)")
    let answers = try lines("a.jsonl").map { $0["text"] as? String }
    #expect(answers.count == 2)
    let second = try #require(prompts.last?["prompt"] as? String)
    let answer = try #require(answers.first ?? nil).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(second == "<s>2024-07-26<user>Why </s>?<assistant>\(answer)<user>Go on")
  }

  @Test func aDateThatIsNoneIsRefused() throws {
    try questions(#"{"turns": ["Why?"]}"#)
    for text in ["yesterday", "2023-02-29", ""] {
      let result = try run(["--template-date", text])
      #expect(result.status == 64 && result.errors.contains("such as 2024-07-26"), "\(result.errors)")
    }
  }

  /// A run begun on another day is not gone on with: its prompts would differ.
  @Test func anotherDateIsAnotherRun() throws {
    try questions(#"{"turns": ["Why?"]}"#)
    try model.write(Self.dated, to: "chat_template.jinja")
    #expect(try run(["--template-date", "2024-07-26"]).status == 0)
    let other = try run(["--template-date", "2024-07-27", "--resume", "--repeats", "2"])
    #expect(other.status == 2, "\(other.errors)")
    let same = try run(["--template-date", "2024-07-26", "--resume", "--repeats", "2"])
    #expect(same.status == 0, "\(same.errors)")
  }

  /// Without a template of its own a model reads plain text; where instructions are expected, a word is said of that, in
  /// the report too.
  @Test func aModelWithoutATemplateIsAskedInPlainText() throws {
    try questions(#"{"question_id": 1, "category": "qa", "turns": ["Why?"]}"#)
    let asked = try run()
    #expect(asked.status == 0 && asked.errors.contains("no chat template"), "\(asked.errors)")
    #expect(try scratch.read("r.md").contains("no chat template"))
    #expect(try export().status == 0 && lines("out/prompts.jsonl").first?["prompt"] as? String == "Why?")
    try questions(#"{"question_id": 1, "category": "stories", "turns": ["Once upon a time"]}"#)
    let continued = try run()
    #expect(continued.status == 0 && !continued.errors.contains("no chat template"), "\(continued.errors)")
    #expect(try !run(["--chat-template", "plain"]).errors.contains("no chat template"))
  }

  /// A template that refuses a conversation leaves its prompt out, with its own reason.
  @Test func aRefusedConversationIsSkipped() throws {
    let refusing =
      "{% if messages | length > 1 %}{{ raise_exception('one turn only') }}{% endif %}{{ messages[0].content }}"
    try scratch.write(refusing, to: "one.jinja")
    let template = ["--chat-template", scratch.path("one.jinja")]
    try questions(#"{"turns": ["Why?", "And then?"]}"#, #"{"turns": ["How?"]}"#)
    let result = try run(template)
    #expect(result.status == 0 && result.errors.contains("1 of 3 prompts was skipped"), "\(result.errors)")
    #expect(result.errors.contains("one turn only"), "\(result.errors)")
    let verified = try Program.run(
      [
        "verify", "--model", model.directory, "--suite", scratch.path("q.jsonl"), "--max-new-tokens", "3", "--decoders",
        "prompt-lookup",
      ] + template
    )
    #expect(verified.status == 0 && verified.errors.contains("one turn only"), "\(verified.errors)")
  }

  @Test func aFileThatIsNoTemplateIsRefused() throws {
    try questions(#"{"turns": ["Why?"]}"#)
    for (source, words) in [
      ("{{ messages", "a tag has no end"), ("{% for m in messages %}{{ m.content", "a tag has no end"),
      ("hello", "leaves out"),
      ("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "too"),
    ] {
      try scratch.write(source, to: "bad.jinja")
      let result = try run(["--chat-template", scratch.path("bad.jinja")])
      #expect(result.status == 2 && result.errors.contains("bad.jinja: its chat template"), "\(result.errors)")
      #expect(result.errors.contains(words), "\(result.errors)")
    }
  }

  @Test func generateWritesThePromptAsTheTemplateSays() throws {
    try scratch.write(
      "{{ raise_exception('never') if messages[0].content == 'no' }}{{ messages[0].content }}",
      to: "t.jinja"
    )
    let arguments = [
      "generate", "--model", model.directory, "--max-new-tokens", "2", "--chat-template", scratch.path("t.jinja"),
    ]
    #expect(try Program.run(arguments + ["yes"]).status == 0)
    let refused = try Program.run(arguments + ["no"])
    #expect(refused.status == 2 && refused.errors.contains("never"), "\(refused.errors)")
  }
}
