import Foundation
import SpecCore
import SpecSuite
import Testing

@Suite struct ChatTemplateTests {
  private static let vicunaSystem =
    "A chat between a curious user and an artificial intelligence assistant. "
    + "The assistant gives helpful, detailed, and polite answers to the user's questions. "

  private static let twoTurns: [(String, String)] = [
    ("plain", "Hi {content}\nHello.\nWhy?"),
    ("vicuna", vicunaSystem + "USER: Hi {content} ASSISTANT: Hello.</s>USER: Why? ASSISTANT:"),
    ("llama-2", "[INST] Hi {content} [/INST] Hello. </s><s>[INST] Why? [/INST]"),
    (
      "llama-3",
      "<|start_header_id|>user<|end_header_id|>\n\nHi {content}<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    (
      "chatml",
      "<|im_start|>user\nHi {content}<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
        + "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    ),
    (
      "zephyr",
      "<|user|>\nHi {content}</s>\n<|assistant|>\nHello.</s>\n<|user|>\nWhy?</s>\n<|assistant|>\n"
    ),
  ]

  /// The user's text holds the placeholder itself, which must stay as it is.
  @Test(arguments: twoTurns)
  func twoTurnsAreWrittenInTheFormatOfTheModel(name: String, expected: String) throws {
    let template = try #require(ChatTemplate.named(name))
    #expect(template.render(history: [("Hi {content}", "\n Hello. ")], user: "Why?").text == expected)
  }

  @Test(arguments: ChatTemplate.shipped)
  func theFirstTurnEndsWhereTheAnswerBegins(template: ChatTemplate) {
    let first = template.render(history: [], user: " Hi ").text
    #expect(first.hasPrefix(template.systemPrefix))
    #expect(first.hasSuffix(" Hi " + template.userSuffix + template.assistantPrefix))
    let second = template.render(history: [(" Hi ", "Hello.")], user: "Why?").text
    #expect(second.hasPrefix(first + template.answerSeparator + "Hello." + template.assistantSuffix))
  }

  @Test func thePlainTemplateAddsNothingToTheFirstTurn() {
    #expect(ChatTemplate.plain.render(history: [], user: "Once upon a time").text == "Once upon a time")
  }

  /// transformers 5.23 with Jinja 3.1 writes the same conversations from these as `render` does.
  @Test func templatesAreWrittenInJinja() {
    #expect(
      ChatTemplate.zephyr.jinja == """
        {{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}\
        {{ ("<|user|>\\n") + (message['content']) + ("</s>\\n") }}{% elif message['role'] == 'assistant' %}\
        {{ ("<|assistant|>\\n") + (message['content'] | trim) + ("</s>\\n") }}{% endif %}{% endfor %}\
        {% if add_generation_prompt %}{{ ("<|assistant|>\\n") }}{% endif %}
        """
    )
    #expect(ChatTemplate.chatML.jinja.hasPrefix("{% for message in messages %}"))
  }

  @Test func everyShippedTemplateIsTested() {
    #expect(ChatTemplate.shipped.map(\.name) == ChatTemplateTests.twoTurns.map(\.0))
    #expect(ChatTemplate.shipped.filter { !$0.beginOfText }.map(\.name) == ["chatml"])
    #expect(ChatTemplate.named("Vicuna") == nil)
  }

  @Test func aChoiceMadeInCodeIsCheckedWhenItIsUsed() throws {
    #expect(try ChatTemplateChoice.named("zephyr").template() == .zephyr)
    let own = ChatTemplate(name: "own", userPrefix: "> ")
    #expect(try ChatTemplateChoice.custom(own).template() == own)
    let error = failure { () throws(SuiteError) in _ = try ChatTemplateChoice.named("none").template() }
    #expect(error.found == "the chat template \"none\"")
  }

  /// A stored plan holds the template of a run.
  @Test func whatIsWrittenReadsBackTheSame() throws {
    let own = ChatTemplate(name: "own", userPrefix: "<", userSuffix: ">", answerSeparator: "~", trimsUser: true)
    for template in [own] + ChatTemplate.shipped {
      let text = try JSONText.line(template)
      #expect(try JSONDecoder().decode(ChatTemplate.self, from: Data(text.utf8)) == template)
      #expect(!text.contains("userPrefix"))
    }
  }
}
