import Foundation
import SpecFiles
import SpecSuite
import Testing

@Suite struct SuiteManifestTests {
  private func read(_ text: String) throws -> SuiteManifest {
    let workspace = try Workspace()
    return try SuiteManifest(path: workspace.write(text, to: "suite.json"))
  }

  private func refusal(of text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> SuiteError {
    let workspace = try Workspace()
    let path = try workspace.write(text, to: "suite.json")
    let error = failure(sourceLocation: sourceLocation) { () throws(SuiteError) in _ = try SuiteManifest(path: path) }
    #expect(error.place == path, sourceLocation: sourceLocation)
    return error
  }

  @Test func readsEveryKey() throws {
    let manifest = try read(
      """
      {"name": "evening", "version": "2.1", "description": "For tests.", "categories": ["rag", "qa"],
       "chat_template": "vicuna", "question_file": "data/q.jsonl", "max_new_tokens": 65536,
       "decoders": ["vanilla", "kangaroo:exit=2,steps=6,threshold=0.6"]}
      """
    )
    #expect(manifest.name == "evening")
    #expect(manifest.version == "2.1")
    #expect(manifest.description == "For tests.")
    #expect(manifest.categories == [.questionAnswering, .retrievalAugmentedGeneration])
    #expect(manifest.chatTemplate == .named("vicuna"))
    #expect(manifest.questionFile == "data/q.jsonl")
    #expect(manifest.maxNewTokens == 65536)
    #expect(manifest.decoders == ["vanilla", "kangaroo:exit=2,steps=6,threshold=0.6"])
  }

  @Test func readsWhatASuiteWithPartsSays() throws {
    let digits = String(repeating: "0a", count: 32)
    let start = #"{"name": "own", "version": "1", "#
    let manifest = try read(
      start + #""questions_of": "essentials", "target": {"name": "Small", "fingerprint": "\#(digits)"}}"#
    )
    #expect(manifest.questionsOf == "essentials" && manifest.target?.name == "Small")
    #expect(manifest.target?.fingerprint == digits)
    for fingerprint in ["", "0a", String(repeating: "0A", count: 32)] {
      let text = start + #""target": {"name": "Small", "fingerprint": "\#(fingerprint)"}}"#
      #expect(try refusal(of: text).description.contains("fingerprint"))
    }
    #expect(try refusal(of: start + #""target": {"name": "Small"}}"#).description.contains("fingerprint"))
    for name in ["../essentials", "..", "a/b"] {
      let error = try refusal(of: start + #""questions_of": "\#(name)"}"#)
      #expect(error.expected.contains("the name of a suite in the same folder"))
    }
    let both = try refusal(of: start + #""questions_of": "essentials", "question_file": "q.jsonl"}"#)
    #expect(both.expected.contains(#"no "question_file" beside it"#))
  }

  @Test func nameAndVersionAreEnough() throws {
    let manifest = try read("\u{FEFF}{\"name\": \"small\", \"version\": \"1\"}\r\n")
    #expect(manifest.description.isEmpty)
    #expect(manifest.categories == nil)
    #expect(manifest.chatTemplate == .named("plain"))
    #expect(manifest.questionFile == "question.jsonl")
    #expect(manifest.maxNewTokens == 128)
    #expect(manifest.decoders.isEmpty)
  }

  @Test func readsATemplateGivenInFull() throws {
    let manifest = try read(
      #"""
      {"name": "own", "version": "1", "chat_template": {"name": "talk", "system": "Be kind. ", "begin_of_text": false,
       "user": "USER: {content} ", "assistant": "ASSISTANT:", "assistant_end": "</s>"}}
      """#
    )
    guard case .custom(let template) = manifest.chatTemplate else {
      Issue.record("not a template in full")
      return
    }
    #expect(template.name == "talk")
    #expect(!template.beginOfText)
    #expect(template.userTemplate == "USER: {content} ")
    let text = template.render(history: [("Hi", " Hello!\n")], user: "Why?").text
    #expect(text == "Be kind. USER: Hi ASSISTANT: Hello!</s>USER: Why? ASSISTANT:")
  }

  @Test func anUnknownKeyIsNamed() throws {
    let error = try refusal(of: #"{"name": "a", "version": "1", "max_tokens": 3}"#)
    #expect(error.found == "the unknown key \"max_tokens\"")
    #expect(error.expected.contains("max_new_tokens"))
  }

  @Test func anUnknownKeyOfATemplateIsNamed() throws {
    let error = try refusal(
      of: #"{"name": "a", "version": "1", "chat_template": {"name": "t", "user": "{content}", "bos": true}}"#
    )
    #expect(error.found == "the unknown key \"bos\" in \"chat_template\"")
  }

  @Test func anUnknownTemplateListsTheShipped() throws {
    let error = try refusal(of: #"{"name": "a", "version": "1", "chat_template": "vicunia"}"#)
    #expect(error.found == "the chat template \"vicunia\", perhaps vicuna is meant")
    #expect(error.expected == "one of plain, vicuna, llama-2, llama-3, chatml, zephyr")
  }

  @Test(arguments: ["", " \n"])
  func anEmptyManifestIsCalledEmpty(text: String) throws {
    #expect(try refusal(of: text).found == "an empty file")
  }

  @Test func aPartOfACategoryNamesTheWhole() throws {
    let error = try refusal(of: #"{"name": "a", "version": "1", "categories": ["qa", "writing"]}"#)
    #expect(error.found == "the category \"writing\"")
    #expect(error.expected == "mt_bench, the category that questions of this kind count for")
  }

  @Test(arguments: [
    ("{\n  \"name\": \"a\",\n", 3, "the end of the text at column 1", "a key in quotes"),
    ("{\"name\": \"ä\",\n \"version\": \"1\",\n}", 3, "\"}\" at column 1", "a key in quotes"),
    ("{\"name\": \"ä\" \"version\": \"1\"}", 1, "\"\"\" at column 14", "a comma or the end of the object"),
    ("{\"name\" \"a\"}", 1, "\"\"\" at column 9", "a colon after the key \"name\""),
    ("{\"name\": \"a\"} ä", 1, "\"ä\" at column 15", "nothing after the end of the JSON value"),
    ("nonsense", 1, "\"n\" at column 1", "a JSON value"),
    ("{'name': 1}", 1, "\"'\" at column 2", "a key in quotes"),
    ("{\"name\": \"a\", \"name\": \"b\"}", 1, "the key \"name\" again at column 15", "each key once in an object"),
    ("{\"name\": \"a\nb\"}", 1, "\"\\n\" at column 12", "the closing quote of a string"),
    ("{\"name\": \"\\x\"}", 1, "\"x\" at column 12", "one of \" \\ / n t r b f u after a backslash"),
    ("{\"name\": \"\\u12G4\"}", 1, "\"G\" at column 15", "four hexadecimal digits after \\u"),
    ("{\"name\": \"\\udc00\"}", 1, "half of a surrogate pair at column 11", "both halves"),
    ("{\"name\": \"\\ud800\\u0041\"}", 1, "half of a surrogate pair at column 11", "both halves"),
    ("{\"name\": 1.}", 1, "\"}\" at column 12", "a digit"),
    ("{\"name\": 01}", 1, "\"1\" at column 11", "a comma or the end of the object"),
    ("{\"name\": -}", 1, "\"}\" at column 11", "a digit"),
    ("{\"name\": 1e999}", 1, "the number \"1e999\" at column 10", "a number of the size of a Double"),
    ("{\"name\": tru}", 1, "\"t\" at column 10", "a JSON value"),
    ("{\"name\": [1,]}", 1, "\"]\" at column 13", "a JSON value"),
    ("{\"name\": [1 2]}", 1, "\"2\" at column 13", "a comma or the end of the list"),
    (String(repeating: "[", count: 50_000), 1, "\"[\" at column 65", "at most 64 lists and objects"),
  ])
  func invalidJSONIsNamedWithLineAndColumn(text: String, line: Int, found: String, expected: String) throws {
    let error = try refusal(of: text)
    #expect(error.line == line)
    #expect(error.found == found)
    #expect(error.expected.hasPrefix(expected), "\(error)")
  }

  @Test func aListInPlaceOfTheManifestIsRefused() throws {
    #expect(try refusal(of: "[1]").expected == "a JSON object")
  }

  @Test func everyEscapeIsRead() throws {
    let manifest = try read(
      #" {"name":"n","version" : "1","description":"","decoders":[ ], "chat_template": {"name": "t", "user": "#
        + #""{content}", "system": "\"\\\/\n\t\r\b\f\u00e4\uD83D\uDE00ß"} } "#
    )
    guard case .custom(let template) = manifest.chatTemplate else {
      Issue.record("not a template in full")
      return
    }
    #expect(template.systemPrefix == "\"\\/\n\t\r\u{8}\u{C}ä😀ß")
    #expect(manifest.decoders.isEmpty)
  }

  @Test(arguments: [
    (#""version": "1""#, #"no "name""#),
    (#""name": " ", "version": "1""#, #"the string " " as "name""#),
    (#""name": "a""#, #"no "version""#),
    (#""name": "a", "version": 1"#, #"the number 1 as "version""#),
    (#""name": "a", "version": "1", "description": null"#, #"null as "description""#),
    (#""name": "a", "version": "1", "categories": []"#, #"an empty list as "categories""#),
    (#""name": "a", "version": "1", "categories": "qa""#, #"the string "qa" as "categories""#),
    (#""name": "a", "version": "1", "max_new_tokens": 0"#, #"the number 0 as "max_new_tokens""#),
    (#""name": "a", "version": "1", "max_new_tokens": 65537"#, #"the number 65537 as "max_new_tokens""#),
    (#""name": "a", "version": "1", "max_new_tokens": "9""#, #"the string "9" as "max_new_tokens""#),
    (#""name": "a", "version": "1", "decoders": "vanilla""#, #"the string "vanilla" as "decoders""#),
    (#""name": "a", "version": "1", "decoders": ["vanilla", ""]"#, #"an empty string as entry 2 of "decoders""#),
    (#""name": "a", "version": "1", "chat_template": 4"#, #"the number 4 as "chat_template""#),
    (#""name": "a", "version": "1", "chat_template": {"user": "{content}"}"#, #"no "name""#),
    (#""name": "a", "version": "1", "chat_template": {"name": "t"}"#, #"no "user""#),
    (#""name": "a", "version": "1", "chat_template": {"name": "t", "user": "USER"}"#, #""USER" as "user""#),
    (
      #""name": "a", "version": "1", "chat_template": {"name": "t", "user": "{content}{content}"}"#,
      #""{content}{content}" as "user""#
    ),
    (
      #""name": "a", "version": "1", "chat_template": {"name": "t", "user": "{content}", "begin_of_text": 1}"#,
      #"the number 1 as "begin_of_text""#
    ),
    (
      #""name": "a", "version": "1", "chat_template": {"name": "t", "user": "{content}", "system": 1}"#,
      #"the number 1 as "system""#
    ),
    (#""name": "a", "version": "1", "question_file": 4"#, #"the number 4 as "question_file""#),
  ])
  func aValueThatDoesNotFitIsNamed(members: String, found: String) throws {
    let error = try refusal(of: "{\(members)}")
    #expect(error.found.hasPrefix(found), "\(error)")
  }

  @Test(arguments: [
    "/etc/passwd", "../q.jsonl", "data/../../q.jsonl", "..", "data/..", "~/q.jsonl",
  ])
  func aQuestionFileOutsideTheFolderIsRefused(path: String) throws {
    let error = try refusal(of: #"{"name": "a", "version": "1", "question_file": "\#(path)"}"#)
    #expect(error.expected == "a relative path inside the suite's folder")
  }

  /// What reports and terminals show of a suite is one line that they can bear.
  @Test(arguments: ["name", "version", "description", "question_file", "model", "decoders", "chat_template"])
  func whatIsShownIsOneShortLine(key: String) throws {
    for text in [
      #"a\nb"#, #"a\u001b[31m"#, #"a\u0000"#, #"a\u202eb"#, #"a\u2028b"#, String(repeating: "a", count: 1001),
    ] {
      let value = key == "decoders" ? "[\"\(text)\"]" : "\"\(text)\""
      let own = key == "chat_template" ? "{\"name\": \(value), \"user\": \"{content}\"}" : value
      let others = ["name", "version"].filter { $0 != key }.map { "\"\($0)\": \"1\", " }.joined()
      let error = try refusal(of: "{\(others)\"\(key)\": \(own)}")
      #expect(error.description.utf8.count < 1000 && TerminalText.line(error.description) == error.description)
    }
    let name = String(repeating: "世", count: 100)
    #expect(try read("{\"name\": \"\(name)\", \"version\": \"1\"}").name == name)
  }
}
