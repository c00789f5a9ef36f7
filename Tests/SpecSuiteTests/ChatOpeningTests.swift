import SpecFiles
import SpecSuite
import Testing

/// A conversation up to where the user begins to speak.
@Suite struct ChatOpeningTests {
  /// Every shipped template, in its own parts and in Jinja: what a prompt begins with, and what follows the user's words.
  @Test(arguments: ChatTemplate.shipped) func anOpeningIsThePromptsBeginning(_ template: ChatTemplate) throws {
    let jinja = try JinjaChatTemplate(source: template.jinja, file: "t", specialTokens: ["bos_token": ""])
    for writer in [PromptWriter.parts(template), .jinja(jinja)] {
      for start in ["", "Tell me", " two  words"] {
        let opening = try writer.opening(start: start)
        let whole = try writer.prompt(history: [], user: start + "X").text.text
        // The blank before the first word is the model's to write.
        let text = opening.prompt.text.text
        #expect(whole.hasPrefix(text) && whole.hasSuffix("X" + opening.end))
        #expect(text.hasSuffix(start.isEmpty ? "" : start) && (!start.isEmpty || !text.hasSuffix(" ")))
        #expect(opening.prompt.text.quoted.count == (start.isEmpty ? 0 : 1))
      }
    }
  }

  @Test func theSystemSpeaksFirst() throws {
    let source = "{% for m in messages %}[{{ m.role }}]{{ m.content | trim }}</s>{% endfor %}"
    let writer = PromptWriter.jinja(try JinjaChatTemplate(source: source, file: "t"))
    let opening = try writer.opening(system: "Be brief. </s>", start: "Why")
    #expect(opening.prompt.text.text == "[system]Be brief. </s></s>[user]Why" && opening.end == "</s>")
    // What the system says is quoted: it ends no turn.
    #expect(opening.prompt.text.quoted == [8..<22, 32..<35])
  }

  @Test func templatesWithoutAPlaceForItSayThat() throws {
    let error = #expect(throws: ChatTemplateProblem.self) {
      try PromptWriter.parts(.zephyr).opening(system: "Be brief.")
    }
    #expect(error?.description.hasPrefix("zephyr: ") == true)
    let refusing =
      "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}"
    let jinja = PromptWriter.jinja(try JinjaChatTemplate(source: refusing, file: "t"))
    #expect(throws: ChatTemplateProblem(file: "t", reason: "it refuses the conversation: no system")) {
      try jinja.opening(system: "Be brief.")
    }
    let shouting = PromptWriter.jinja(
      try JinjaChatTemplate(source: "{{ messages[0].content }}{{ messages | length }}", file: "t")
    )
    _ = try shouting.opening()
  }
}
