import Foundation
import SpecFiles
import SpecSuite
import SpecTestSupport
import Testing

/// A model's own chat template, read from its files.
@Suite struct ModelTemplateTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let smolLM = """
    {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
    Be helpful<|im_end|>
    ' }}{% endif %}{{'<|im_start|>' + message['role'] + '
    ' + message['content'] + '<|im_end|>' + '
    '}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
    ' }}{% endif %}
    """

  private static func json(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }

  private func template(_ source: String, tokens: String = #""bos_token": "<s>", "eos_token": "</s>""#) throws
    -> ModelTemplate
  {
    try workspace.write("{\(tokens), \"chat_template\": \(Self.json(source))}", to: "tokenizer_config.json")
    return ModelTemplate(directory: workspace.path)
  }

  private func usable(_ found: ModelTemplate, _ file: String = "tokenizer_config.json") throws -> JinjaChatTemplate {
    guard case .usable(let template) = found else {
      Issue.record("\(found)")
      return try JinjaGoldenTests.template("{{ messages[0].content }}")
    }
    #expect(template.file == workspace.path + "/" + file)
    return template
  }

  private func reason(_ found: ModelTemplate) -> String {
    if case .unusable(_, let reason) = found { reason } else { "usable or none: \(found)" }
  }

  @Test func aConversationIsWrittenByTheTemplate() throws {
    let prompt = try usable(template(Self.smolLM)).prompt(history: [("Hi ", " Hello.\n")], user: "Why?")
    #expect(!prompt.begins)
    #expect(
      prompt.text.text == "<|im_start|>system\nBe helpful<|im_end|>\n<|im_start|>user\nHi <|im_end|>\n"
        + "<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )
  }

  /// The template writes the begin token itself, as text.
  @Test func theBeginTokenIsTheTemplatesOwn() throws {
    let source = "{{ bos_token }}{% for m in messages %}[{{ m.content | trim }}]{% endfor %}"
    let prompt = try usable(template(source)).prompt(history: [], user: " Hi \n")
    #expect(prompt.text.text == "<s>[Hi]" && !prompt.begins && prompt.text.quoted == [4..<6])
    let object = #""bos_token": {"content": "<b>", "special": true}"#
    #expect(try usable(template(source, tokens: object)).prompt(history: [], user: "x").text.text == "<b>[x]")
    try workspace.write(#"{"bos_token": "<m>", "eos_token": "</m>"}"#, to: "special_tokens_map.json")
    #expect(try usable(template(source, tokens: #""x": 1"#)).prompt(history: [], user: "x").text.text == "<m>[x]")
    #expect(try usable(template(source)).prompt(history: [], user: "x").text.text == "<s>[x]")
  }

  @Test(arguments: ChatTemplate.shipped)
  func whatTheProgramWritesItReads(template: ChatTemplate) throws {
    let found = try usable(self.template(template.jinja))
    for history in [[], [(user: "Hi {content}", assistant: "Hello.")]] {
      let (own, its) = (
        template.prompt(history: history, user: "Why?"), try found.prompt(history: history, user: "Why?")
      )
      #expect((own.begins ? "<s>" : "") + own.text.text == its.text.text)
    }
    let (own, its) = (
      template.answer("Yes", history: [], user: "Why?"), try found.answer("Yes", history: [], user: "Why?")
    )
    #expect(own.text == its.text && own.end == its.end)
  }

  /// What stands between the prompt and an answer is found by writing both; a template may write it where it will.
  @Test func anAnswerFollowsOnItsPrompt() throws {
    let qwen = try JinjaGoldenTests.published("qwen3").answer("Four.", history: [], user: "2 + 2?")
    #expect(qwen.text.text == "<think>\n\n</think>\n\nFour." && qwen.end == "<|im_end|>\n")
    let llama = try JinjaGoldenTests.published("llama-2").answer("Four.", history: [("a", "b")], user: "2 + 2?")
    #expect(llama.text.text == " Four." && llama.end == " </s>")
  }

  @Test func aFileOfItsOwnGoesBeforeTheConfiguration() throws {
    try workspace.write("own {{ messages[0].content }}", to: "chat_template.jinja")
    #expect(try usable(template(Self.smolLM), "chat_template.jinja").prompt([SpokenTurn(.user, "x")]).text == "own x")
  }

  @Test func aProcessorsFileIsReadWhereThereIsNoOther() throws {
    try workspace.write(#"{"chat_template": "json {{ messages[0].content }}"}"#, to: "chat_template.json")
    let file = "chat_template.json"
    #expect(try usable(.init(directory: workspace.path), file).prompt([SpokenTurn(.user, "x")]).text == "json x")
    #expect(try usable(template(Self.smolLM)).source == Self.smolLM)
  }

  @Test func aListHasADefault() throws {
    let text =
      #"[{"name": "tool_use", "template": "x"}, {"name": "default", "template": "d {{ messages[0].content }}"}]"#
    try workspace.write("{\"chat_template\": \(text)}", to: "tokenizer_config.json")
    #expect(try usable(.init(directory: workspace.path)).prompt([SpokenTurn(.user, "x")]).text == "d x")
    try workspace.write("{\"chat_template\": \(text.replacing("default", with: "rag"))}", to: "tokenizer_config.json")
    #expect(reason(ModelTemplate(directory: workspace.path)).contains("\"tool_use\", \"rag\""))
  }

  @Test func aModelWithoutATemplateHasNone() throws {
    #expect(ModelTemplate(directory: workspace.path) == .none)
    try workspace.write(#"{"bos_token": "<s>", "chat_template": null}"#, to: "tokenizer_config.json")
    #expect(ModelTemplate(directory: workspace.path) == .none)
  }

  @Test func theDateIsKept() throws {
    let source = "{{ strftime_now('%d %b %Y') }} {{ messages[0].content }}"
    let (old, new) = (try #require(TemplateDate("2024-02-29")), try #require(TemplateDate("2025-12-31")))
    func made(_ date: TemplateDate) -> ModelTemplate {
      ModelTemplate(source: source, file: workspace.path + "/tokenizer_config.json", specialTokens: [:], date: date)
    }
    let template = try usable(made(old))
    #expect(try template.prompt([SpokenTurn(.user, "x")]).text == "29 Feb 2024 x")
    #expect(template.usesDate && made(old) != made(new) && PromptWriter.jinja(template).date == old)
    #expect(TemplateDate("2023-02-29") == nil && TemplateDate("2024-2-09") == nil && TemplateDate("x") == nil)
  }

  /// A stored way writes the same prompts without the model's files; earlier versions stored a suite's parts alone.
  @Test func aWriterIsStoredWhole() throws {
    let writers =
      [PromptWriter.jinja(try JinjaGoldenTests.published("llama-3.2"))] + ChatTemplate.shipped.map(PromptWriter.parts)
    for writer in writers {
      let stored = try JSONDecoder().decode(PromptWriter.self, from: JSONEncoder().encode(writer))
      #expect(stored == writer && stored.contentHash == writer.contentHash && stored.date == writer.date)
    }
    let parts = try JSONEncoder().encode(ChatTemplate.zephyr)
    #expect(try JSONDecoder().decode(PromptWriter.self, from: parts) == .parts(.zephyr))
  }

  /// Hostile and broken templates give a reason, never a crash or an endless run.
  @Test(arguments: [
    ("{{ raise_exception('no users') }}", "refuses the conversation: no users"),
    ("{% for message in messages %}{{ message.content }}", "no end"), ("{{ messages", "no end"),
    ("{{ messages[0].role }}", "leaves out"), ("{% include 'x' %}", "include"),
    ("{% for message in messages %}{{ message.content | upper }}{% endfor %}", "leaves out or changes"),
    ("{{ 'a' * 1000000000 }}", "writes too much"), ("{{ [1] * 1000000000 }}", "too long"),
    ("{{ a.b.c }}", "not defined"),
    ("{% for a in range(1000) %}{% for b in range(1000) %}{{ a }}{% endfor %}{% endfor %}", "too"),
    ("{% for a in range(1000000000) %}{% endfor %}", "too long"),
    ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "too deep"),
    ("{% macro f(x) %}{{ f([x, x]) }}{% endmacro %}{{ f(1) }}", "too deep"), ("{{ '%s' | format(1) }}", "format"),
    (
      "{% set n = namespace(x='xxxxxxxx') %}{% for a in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}",
      "writes too much"
    ),
    (String(repeating: "{% if true %}", count: 500), "too deep"),
    ("{{ " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + " }}", "too deep"),
    ("{{ " + String(repeating: "not ", count: 5000) + "1 }}", "too deep"),
    ("{{ 9223372036854775807 + 1 }}", "no result"), ("{{ 5 % 0 }}", "no result"),
    ("{{ 99999999999999999999 }}", "too large"), ("{{ '\\xZZ' }}", "escape"), ("{{ '\\ud800' }}", "escape"),
    ("{{ ! }}", "U+21"), ("{%%}", "no name"),
    ("{{ }}", "ends too early"), ("", "leaves out"),
  ])
  func whatCannotBeUsedIsSaid(source: String, words: String) throws {
    let reason = reason(try template(source))
    #expect(reason.contains(words) && !reason.contains("usable or none"), "\(reason)")
  }

  private static let long =
    "{% set ns = namespace(x='aaaaaaaaaa', y=range(1000)) %}{% for i in range(15) %}"
    + "{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
  private static let many = "{% for i in range(300) %}{% for j in range(300) %}"
  private static let end = "{% endfor %}{% endfor %}"

  /// Each once took gigabytes, minutes, or more stack than there is.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      (
        "{% set ns = namespace(x=[1, 2]) %}{% for i in range(45) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "too long"
      ),
      (long + "{% set y = range(1000) | join(ns.x) %}{% set z = range(1000) | join(y) %}", "too long"),
      (long + "{{ ns.x.replace('a', ns.x) }}", "too long"),
      (long + many + "{% if ns.x.upper() == ns.x %}{% endif %}" + end, "too long"),
      (long + many + "{% set z = ns.y[::-1] %}" + end, "too long"),
      (long + many + "{% if ns.x is lower %}{% endif %}" + end, "too long"),
      (long + "{% set z = [ns.x ~ 'b', ns.x ~ 'c'] * 9999 %}{{ z | unique | list | length }}", "too long"),
      (long + "{{ [ns.x] * 60000 }}", "writes too much"), (long + "{{ ([ns.x] * 60000) | tojson(indent=90) }}", "too"),
      (
        "{% set d = dict(" + (0..<9000).map { "k\($0)=1" }.joined(separator: ", ") + ") %}" + many
          + "{% set e = dict(d) %}" + end, "too long"
      ),
      (long + "{{ ns.x ~ 'b' in ns.x ~ 'a' }}", "too long"),
      (many + "{% set z = namespace(a=range(1000)) %}" + end, "too long"),
      ("{% set x = [] %}" + String(repeating: "{% set x = [[[[[[x]]]]]] %}", count: 9000), "too deep"),
      (
        "{% set n = namespace(x=[1]) %}{% for i in range(30) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
          + "{% for i in range(900) %}{{ n.x == n.x }}{% endfor %}", "too long"
      ),
      ("{{ " + String(repeating: "1 + ", count: 100_000) + "1 }}", "leaves out"),
      ("{{ x" + String(repeating: ".a", count: 100_000) + " }}", "not defined"),
      ("{{ x" + String(repeating: "[0]", count: 100_000) + " }}", "not defined"),
      ("{{ x" + String(repeating: " | trim", count: 100_000) + " }}", "leaves out"),
      ("{{ 1" + String(repeating: " and 1", count: 100_000) + " }}", "leaves out"),
      ("{{ x" + String(repeating: " is defined", count: 60_000) + " }}", "leaves out"),
      ("{{ 1" + String(repeating: " == 1", count: 399) + " }}", "leaves out"),
      (String(repeating: "a", count: 1 << 21), "1 MiB"),
    ]
  ) func aTemplateIsBounded(source: String, words: String) throws {
    let reason = reason(try template(source))
    #expect(reason.contains(words), "\(reason)")
  }

  /// Damaged templates are used or refused; none crashes or takes long.
  @Test(.timeLimit(.minutes(1)), arguments: JinjaGoldenTests.names) func mutationsAreHarmless(name: String) throws {
    let source = Array(try JinjaGoldenTests.published(name).source.unicodeScalars)
    var random = SeededRandom(seed: UInt64(name.count))
    for _ in 0..<30 {
      var mutated = source
      for _ in 0...random.below(3) {
        let place = random.below(mutated.count)
        let end = min(mutated.count, place + (1 + random.below(11)))
        switch random.below(3) {
        case 0: mutated.removeSubrange(place..<end)
        case 1: mutated.insert(contentsOf: mutated[place..<end], at: random.below(mutated.count))
        default: mutated[place] = ["{", "}", "%", "'", "(", "[", "|", "-", "0", "."][random.below(10)]
        }
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: mutated)
      _ = try? JinjaGoldenTests.template(String(text)).prompt([SpokenTurn(.user, "a"), SpokenTurn(.assistant, "b")])
    }
  }

  @Test func brokenFilesAreSaid() throws {
    try workspace.write("{", to: "tokenizer_config.json")
    #expect(reason(ModelTemplate(directory: workspace.path)).contains("line 1"))
    try workspace.write(#"{"chat_template": 3}"#, to: "tokenizer_config.json")
    #expect(reason(ModelTemplate(directory: workspace.path)).contains("a string"))
  }

  @Test func aTemplateCanBeReadFromAFile() throws {
    let jinja = try workspace.write("{{ bos_token }}{{ messages[0].content }}", to: "own.jinja")
    try workspace.write(#"{"bos_token": "<s>"}"#, to: "tokenizer_config.json")
    let own = try ChatTemplateChoice.writer(file: jinja, directory: workspace.path)
    #expect(try own.prompt(history: [], user: "a").text.text == "<s>a")
    let object = try workspace.write(#"{"name": "talk", "user": "<{content}>", "trim_user": true}"#, to: "own.json")
    let parts = try ChatTemplateChoice.writer(file: object, directory: nil)
    #expect(try parts.prompt(history: [], user: " a ").text.text == "<a>")
    let broken = try workspace.write("{{ x", to: "broken.jinja")
    #expect(throws: ChatTemplateProblem(file: broken, reason: "a tag has no end")) {
      try ChatTemplateChoice.writer(file: broken, directory: nil)
    }
  }

  @Test func theHashFollowsTheTextAndNotTheName() throws {
    let other = ChatTemplate(name: "other", answerSeparator: "\n", assistantSuffix: "\n")
    #expect(other.contentHash == ChatTemplate.plain.contentHash)
    #expect(Set(ChatTemplate.shipped.map(\.contentHash)).count == ChatTemplate.shipped.count)
    #expect(Set(try JinjaGoldenTests.names.map { try JinjaGoldenTests.published($0).contentHash }).count == 19)
  }
}
