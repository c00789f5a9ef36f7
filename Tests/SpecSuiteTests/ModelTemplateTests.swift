import SpecSuite
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

  private static let llama3 = """
    {% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + \
    message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}\
    {% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}\
    {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
    """

  private static let llama2 = """
    {% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% else %}\
    {% set loop_messages = messages %}{% endif %}{% for message in loop_messages %}\
    {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}\
    {% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + message['content'].strip() + ' [/INST]' }}\
    {% elif message['role'] == 'assistant' %}{{ ' ' + message['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}
    """

  private static let blocks = """
    {%- set ns = namespace(count=0) -%}
    {%- for message in messages %}
        {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
            {%- set ns.count = ns.count + 1 %}
            {{- '<|' + message.role + '|>' + message.content + '\\n' }}
        {%- elif message.role == "assistant" and not message.tool_calls is defined %}
            {{- '<|assistant|>' + message.content + '\\n' }}
        {%- endif %}
    {%- endfor %}
    {% if add_generation_prompt %}
    {{ '<|assistant|>' }}
    {%- endif %}
    """

  private func template(_ source: String, tokens: String = #""bos_token": "<s>", "eos_token": "</s>""#) throws
    -> ModelTemplate
  {
    let text = source.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    try workspace.write("{\(tokens), \"chat_template\": \"\(text)\"}", to: "tokenizer_config.json")
    return ModelTemplate(directory: workspace.path)
  }

  private func recognized(_ source: String) throws -> ChatTemplate {
    let found = try template(source)
    guard case .recognized(let template, let file) = found else {
      Issue.record("\(found)")
      return .plain
    }
    #expect(file == workspace.path + "/tokenizer_config.json")
    return template
  }

  private func reason(_ found: ModelTemplate) -> String {
    if case .unrecognized(_, let reason) = found { reason } else { "recognized or none: \(found)" }
  }

  @Test func aSystemMessageOfItsOwnIsKept() throws {
    let template = try recognized(Self.smolLM)
    #expect(!template.beginOfText && template.name == ChatTemplate.modelsOwnName)
    #expect(
      template.render(history: [("Hi ", "Hello.")], user: "Why?").text
        == "<|im_start|>system\nBe helpful<|im_end|>\n<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\nHello."
        + "<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )
  }

  @Test func theBeginTokenIsLeftToTheCallerAndTrimmingIsSeen() throws {
    let template = try recognized(Self.llama3)
    #expect(template.beginOfText && template.trimsUser)
    #expect(
      template.render(history: [], user: " Hi \n").text
        == "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    )
  }

  @Test func everyTurnMayOpenASequence() throws {
    let template = try recognized(Self.llama2)
    #expect(template.beginOfText)
    #expect(template.render(history: [("a", "b")], user: "c").text == "[INST] a [/INST] b </s><s>[INST] c [/INST]")
  }

  /// As transformers writes it: blanks that tags cut, newlines after blocks.
  @Test func blanksAroundTagsAreCut() throws {
    let template = try recognized(Self.blocks)
    #expect(
      template.render(history: [("a", "b")], user: "c").text == "<|user|>a\n<|assistant|>b\n<|user|>c\n<|assistant|>"
    )
  }

  @Test(arguments: ChatTemplate.shipped)
  func whatTheProgramWritesItReads(template: ChatTemplate) throws {
    let found = try recognized(template.jinja)
    for history in [[], [(user: "Hi {content}", assistant: "Hello.")]] {
      #expect(found.render(history: history, user: "Why?").text == template.render(history: history, user: "Why?").text)
    }
    #expect(found.beginOfText == template.beginOfText)
  }

  @Test func aFileOfItsOwnGoesBeforeTheConfiguration() throws {
    try workspace.write(ChatTemplate.zephyr.jinja, to: "chat_template.jinja")
    #expect(try template(Self.smolLM) == .recognized(.zephyr, file: workspace.path + "/chat_template.jinja"))
  }

  @Test func aListHasADefault() throws {
    let text = #"[{"name": "tool_use", "template": "x"}, {"name": "default", "template": "T"}]"#
    let jinja = ChatTemplate.chatML.jinja.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    try workspace.write(
      "{\"chat_template\": \(text.replacing("\"T\"", with: "\"\(jinja)\""))}",
      to: "tokenizer_config.json"
    )
    let file = workspace.path + "/tokenizer_config.json"
    #expect(ModelTemplate(directory: workspace.path) == .recognized(.chatML, file: file))
    try workspace.write("{\"chat_template\": \(text.replacing("default", with: "rag"))}", to: "tokenizer_config.json")
    #expect(reason(ModelTemplate(directory: workspace.path)).contains("\"tool_use\", \"rag\""))
  }

  @Test func aModelWithoutATemplateHasNone() throws {
    #expect(ModelTemplate(directory: workspace.path) == .none)
    try workspace.write(#"{"bos_token": "<s>", "chat_template": null}"#, to: "tokenizer_config.json")
    #expect(ModelTemplate(directory: workspace.path) == .none)
  }

  /// Hostile and broken templates give a reason, never a crash or an endless run.
  @Test(arguments: [
    ("{{ raise_exception('no users') }}", "refuses the conversation: no users"),
    ("{% for message in messages %}{{ message.content }}", "no end"), ("{{ messages", "no end"),
    ("{{ messages[0].content }}", "leaves out"), ("{% macro x() %}{% endmacro %}", "macro"),
    ("{% for message in messages %}{{ message.content | upper }}{% endfor %}", "leaves out or changes"),
    ("{% for message in messages %}{{ loop.index }}: {{ message.content }}{% endfor %}", "same way"),
    ("{{ 'a' * 1000000000 }}", "between values"), ("{{ a.b.c }}", "not defined"),
    ("{% for a in range(1000) %}{% for b in range(1000) %}{{ a }}{% endfor %}{% endfor %}", "too"),
    (
      "{% set n = namespace(x='xxxxxxxx') %}{% for a in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}",
      "writes too much"
    ),
    (String(repeating: "{% if true %}", count: 500), "too deep"),
    ("{{ " + String(repeating: "(", count: 5000) + "1 }}", "too deep"),
    ("{{ " + String(repeating: "not ", count: 5000) + "1 }}", "too deep"),
    ("{{ 9223372036854775807 + 1 }}", "no result"), ("{{ 5 % 0 }}", "no result"),
    ("{{ 99999999999999999999 }}", "too large"), ("{{ 'x\\q' }}", "escape"), ("{{ ! }}", "U+21"), ("{%%}", "no name"),
    ("{{ }}", "ends too early"), ("", "leaves out"),
  ])
  func whatCannotBeUsedIsSaid(source: String, words: String) throws {
    let reason = reason(try template(source))
    #expect(reason.contains(words) && !reason.contains("recognized or none"), "\(reason)")
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
      (long + "{{ ns.x ~ 'b' in ns.x ~ ns.x }}", "too long"),
      (many + "{% set z = namespace(a=range(1000)) %}" + end, "too long"),
      ("{% set x = [] %}" + String(repeating: "{% set x = [[[[[[x]]]]]] %}", count: 9000), "too deep"),
      ("{% set x = [[1]] %}{% set y = [[1]] %}{{ x == y }}", "compares lists"),
      ("{{ " + String(repeating: "1 + ", count: 100_000) + "1 }}", "too long"),
      ("{{ x" + String(repeating: ".a", count: 100_000) + " }}", "too long"),
      ("{{ x" + String(repeating: "[0]", count: 100_000) + " }}", "too long"),
      ("{{ x" + String(repeating: " | trim", count: 100_000) + " }}", "too long"),
      ("{{ 1" + String(repeating: " and 1", count: 100_000) + " }}", "too long"),
      ("{{ x" + String(repeating: " is defined", count: 60_000) + " }}", "too long"),
      ("{{ 1" + String(repeating: " == 1", count: 399) + " }}", "leaves out"),
      (String(repeating: "a", count: 1 << 21), "1 MiB"),
    ]
  ) func aTemplateIsBounded(source: String, words: String) throws {
    let reason = reason(try template(source))
    #expect(reason.contains(words), "\(reason)")
  }

  @Test func brokenFilesAreSaid() throws {
    try workspace.write("{", to: "tokenizer_config.json")
    #expect(reason(ModelTemplate(directory: workspace.path)).contains("line 1"))
    try workspace.write(#"{"chat_template": 3}"#, to: "tokenizer_config.json")
    #expect(reason(ModelTemplate(directory: workspace.path)).contains("a string"))
  }

  @Test func aTemplateCanBeReadFromAFile() throws {
    let jinja = try workspace.write(ChatTemplate.zephyr.jinja, to: "own.jinja")
    #expect(try ChatTemplateChoice.template(file: jinja) == .zephyr)
    let object = try workspace.write(#"{"name": "talk", "user": "<{content}>", "trim_user": true}"#, to: "own.json")
    #expect(try ChatTemplateChoice.template(file: object).render(history: [], user: " a ").text == "<a>")
    let broken = try workspace.write("{{ x", to: "broken.jinja")
    let error = failure { () throws(SuiteError) in _ = try ChatTemplateChoice.template(file: broken) }
    #expect(error.place == broken)
  }

  @Test func theHashFollowsTheTextAndNotTheName() {
    let other = ChatTemplate(name: "other", answerSeparator: "\n", assistantSuffix: "\n")
    #expect(other.contentHash == ChatTemplate.plain.contentHash)
    #expect(Set(ChatTemplate.shipped.map(\.contentHash)).count == ChatTemplate.shipped.count)
  }
}
