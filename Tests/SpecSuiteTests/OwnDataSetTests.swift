import Foundation
import SpecCore
import SpecFiles
import SpecSuite
import Testing

/// Question files as people have them, which are not Spec-Bench's.
@Suite struct OwnDataSetTests {
  private func contents(_ text: String) throws(SuiteError) -> QuestionFile.Contents {
    try QuestionFile.contents(Array(text.utf8), place: "own.jsonl")
  }

  private func questions(_ text: String) throws -> [Question] { try contents(text).questions }

  @Test(arguments: [
    (#""HumanEval/12""#, "HumanEval/12", #""HumanEval/12""#), ("1.0", "1.0", "1.0"), (#""12""#, "12", #""12""#),
    ("123456789012345678901234567890", "123456789012345678901234567890", "123456789012345678901234567890"),
    ("-99999999999999999999", "-99999999999999999999", "-99999999999999999999"), (#""ä b""#, "ä b", #""ä b""#),
  ])
  func anIDMayBeAnyTextOrInteger(id: String, text: String, written: String) throws {
    let own = try questions(#"{"question_id": \#(id), "category": "qa", "turns": ["Who?"]}"#)
    #expect(own.map(\.id.text) == [text])
    #expect(own.map(\.id.written) == [written])
  }

  @Test(arguments: [7, 0, -3, Int.max, Int.min])
  func anIntegerStandsForItself(id: Int) throws {
    let own = try questions(Workspace.line(id))
    #expect(own.map(\.questionID) == [id] && own.first?.id.written == nil)
  }

  @Test func theNumberOfATextFollowsFromItAlone() throws {
    func key(_ id: String, after others: [String] = []) throws -> Int {
      let lines = (others + [id]).map { #"{"question_id": "\#($0)", "turns": ["a"]}"# }
      return try #require(questions(lines.joined(separator: "\n")).last).questionID
    }
    #expect(try key("abc-1") == key("abc-1", after: ["x", "y"]))
    #expect(try key("abc-1") != key("abc-2"))
    #expect(try key("12") == 12)
    #expect(try key("abc-1") >= 1 << 52 && key("abc-1") < 1 << 53)
  }

  @Test(arguments: [
    (#""a""#, #""a""#), ("1", "1.0"), (#""7""#, "7"),
    ("123456789012345678901234567890", "123456789012345678901234567890"),
  ])
  func aRepeatedIDNamesBothLines(one: String, other: String) {
    let lines = [one, #""b""#, other].map { #"{"question_id": \#($0), "turns": ["x"]}"# }
    let error = failure { () throws(SuiteError) in _ = try contents(lines.joined(separator: "\n")) }
    #expect(error.line == 3 && error.found.hasSuffix("which line 1 has already"), "\(error)")
  }

  @Test func aMissingIDIsTheLineAndIsSaid() throws {
    let own = try contents(#"{"turns": ["a"]}"# + "\n\n" + #"{"question_id": null, "turns": ["b"]}"#)
    #expect(own.questions.map(\.questionID) == [1, 3])
    #expect(own.notes.count == 1 && own.notes[0].contains("2 of 2 questions have no question_id"))
    let mixed = failure { () throws(SuiteError) in
      _ = try contents(#"{"question_id": 2, "turns": ["a"]}"# + "\n" + #"{"turns": ["b"]}"#)
    }
    #expect(mixed.line == 2 && mixed.found.contains("no question_id") && mixed.found.contains("line 1"), "\(mixed)")
    #expect(try contents(Workspace.line(1)).notes.isEmpty)
  }

  @Test func otherCategoriesCountEachForItself() throws {
    let lines = ["humaneval", "qa", "gsm8k", "writing", "humaneval"].enumerated().map {
      Workspace.line($0.offset, $0.element)
    }
    let workspace = try Workspace()
    let suite = try SpecSuite.Suite(path: workspace.write(lines.joined(), to: "own.jsonl"))
    #expect(suite.categories.map(\.rawValue) == ["mt_bench", "qa", "humaneval", "gsm8k"])
    #expect(try suite.selecting(categories: nil, limit: 4).questions.map(\.questionID) == [0, 1, 2, 3])
    let some = try suite.selecting(categories: Category.named(["humaneval"]), limit: nil)
    #expect(some.questions.map(\.questionID) == [0, 4])
    let absent = failure { () throws(SuiteError) in
      _ = try suite.selecting(categories: Category.named(["humaneva"]), limit: nil)
    }
    #expect(absent.expected == "one or more of mt_bench, qa, humaneval, gsm8k")
    #expect(try questions(#"{"question_id": 1, "turns": ["a"]}"#).map(\.category) == [.unnamed])
  }

  @Test func aCategoryForEachQuestionOfALargeFileIsNone() {
    let lines = (0...QuestionFile.mostCategories).map { Workspace.line($0, "c\($0)") }
    let error = failure { () throws(SuiteError) in _ = try contents(lines.joined()) }
    #expect(error.found == "1001 categories")
  }

  @Test(arguments: ["3", "NaN", "{}", #"[["a", "b"], "c"]"#, "[3, null]", "[[3]]", "true", "-Infinity", "1e999"])
  func whatIsNotUsedRefusesNothing(value: String) throws {
    for name in ["reference", "score"] {
      #expect(try questions(#"{"question_id": 1, "turns": ["a"], "\#(name)": \#(value)}"#).count == 1)
    }
  }

  private static let three = [
    #"{"question_id": 1, "turns": ["a"]}"#, #"{"question_id": 2, "turns": ["b"]}"#,
    #"{"question_id": 3, "turns": ["c"]}"#,
  ]

  @Test(arguments: [
    "[\(three.joined(separator: ","))]", "[\n\(three.joined(separator: ",\n"))\n]",
    three.map { $0.replacing(",", with: ",\n").replacing("{", with: "{\n ") }.joined(separator: "\n"),
    "\u{FEFF}[\r\n" + three.joined(separator: " ,\r\n") + "]\r\n",
    three.map { $0.replacing(", ", with: ",\n\n  ") }.joined(separator: "\n\n"),
  ])
  func listsAndObjectsOverSeveralLinesAreRead(text: String) throws {
    #expect(try questions(text).map(\.questionID) == [1, 2, 3])
  }

  @Test func anErrorInAListHasItsLine() {
    let text = "[\n" + Self.three[0] + ",\n" + #"{"question_id": 2,"# + "\n" + #""turns": []}]"#
    let error = failure { () throws(SuiteError) in _ = try contents(text) }
    #expect(error.line == 3 && error.found.contains("turns"), "\(error)")
    let twice = failure { () throws(SuiteError) in _ = try contents("[\(Self.three[0]),\n\(Self.three[0])]") }
    #expect(twice.line == 2 && twice.found.contains("line 1"), "\(twice)")
    let broken = failure { () throws(SuiteError) in _ = try contents("[\(Self.three[0]),\n\(Self.three[1])") }
    #expect(broken.line == 2, "\(broken)")
  }

  @Test(arguments: [
    (
      #"{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}, "#
        + #"{"role": "user", "content": "And?"}]}"#, ["Hi", "And?"]
    ),
    (#"{"id": "x", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yo"}]}"#, ["Hi"]),
    (
      #"{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}"#,
      ["Be brief.\n\nHi"]
    ),
    (#"{"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}"#, ["Hi"]),
    (#"{"prompt": "Hi"}"#, ["Hi"]), (#"{"question": "Hi", "answer": "Yo"}"#, ["Hi"]),
    (#"{"instruction": "Sum up", "input": "A text", "output": "x"}"#, ["Sum up\n\nA text"]),
    (#"{"instruction": "Sum up", "input": ""}"#, ["Sum up"]),
    (#"{"instruction": "Sum up", "context": "A text", "response": "x"}"#, ["Sum up\n\nA text"]),
    (#"{"question": "Who?", "context": "A passage", "answers": {"text": ["x"]}}"#, ["Who?\n\nA passage"]),
    (#"{"question": "Who?", "context": {"title": ["a"]}}"#, ["Who?"]),
    (#"{"task_id": "HumanEval/0", "prompt": "def f"}"#, ["def f"]),
    (#"{"prompt": [{"role": "user", "content": "Hi"}]}"#, ["Hi"]), (#"{"turns": null, "text": "Hi"}"#, ["Hi"]),
  ])
  func chatsAndPromptsAreReadAsTurns(line: String, turns: [String]) throws {
    let own = try questions(line)
    #expect(own.map(\.turns) == [turns])
  }

  @Test(arguments: [
    #""choices": ["red", "blue"]"#, #""options": ["red", "blue"]"#, #""choices": null, "options": ["red", "blue"]"#,
    #""choices": {"text": ["red", "blue"], "label": ["A", "B"]}"#, #""options": {"A": "red", "B": "blue"}"#,
  ])
  func choicesAreAskedWithTheQuestion(member: String) throws {
    let own = try contents(#"{"question": "Which?", \#(member), "answer": 1}"#)
    #expect(own.questions.map(\.turns) == [["Which?\nA. red\nB. blue"]])
    #expect(own.notes.contains { $0.contains("1 of 1 question has choices: they stand after the question") })
  }

  @Test func choicesOfAllKinds() throws {
    func turns(_ text: String) throws -> [[String]] { try questions(text).map(\.turns) }
    #expect(
      try turns(#"{"question": "Q", "choices": {"text": ["a", "b"], "label": ["1", "2"]}}"#) == [["Q\n1. a\n2. b"]]
    )
    #expect(try turns(#"{"question": "Q", "context": "C", "choices": [1, 2]}"#) == [["Q\n\nC\nA. 1\nB. 2"]])
    // Nothing to choose from, and what a program is called with.
    #expect(try turns(#"{"prompt": "Q", "choices": []}"#) == [["Q"]])
    #expect(try turns(#"{"prompt": "Q", "options": {"temperature": 0.5}}"#) == [["Q"]])
  }

  @Test func choicesBesideTurnsAreLeftOutAndSaid() throws {
    for text in [
      #"{"turns": ["Q"], "choices": ["a"]}"#, #"{"messages": [{"role": "user", "content": "Q"}], "options": ["a"]}"#,
    ] {
      let own = try contents(text)
      #expect(own.questions.map(\.turns) == [["Q"]])
      #expect(own.notes.contains { $0.contains("1 of 1 question has choices beside turns: only the turns are asked") })
    }
    #expect(try contents(Workspace.line(1)).notes.isEmpty)
  }

  @Test(arguments: [
    #""a""#, #"[{"text": "a"}]"#, #"["a", null]"#, #"{"text": ["a", "b"], "label": ["A"]}"#, #"{"first": "a"}"#,
    "[" + Array(repeating: "1", count: 27).joined(separator: ",") + "]",
  ])
  func choicesThatCannotBeAskedAreRefused(value: String) {
    let error = failure { () throws(SuiteError) in _ = try contents(#"{"question": "Q", "choices": \#(value)}"#) }
    #expect(error.line == 1 && error.expected.contains("at most 26 texts") && error.advice == #"correct "choices""#)
  }

  @Test(arguments: [#"{"data": [{"question": "a"}]}"#, #"{"version": 1, "data": [{"question": "a"}, {}]}"#])
  func anObjectAroundTheListIsNamed(text: String) throws {
    let error = failure { () throws(SuiteError) in _ = try contents(text) }
    #expect(error.found.contains(#"the list "data""#) && error.advice == "write that list alone into a file")
  }

  @Test(arguments: [
    ("q.jsonl.gz", Data([0x1F, 0x8B, 8, 0]), "a gzip archive", "gunzip"),
    ("q.parquet", Data("PAR1\u{1}".utf8), "a Parquet table", "read_parquet"),
    ("q.csv", Data("question,answer\n".utf8), "what looks like a table (CSV)", "read_csv(FILE)"),
    ("q.txt", Data("Hello".utf8), "a file that does not end in .jsonl or .json", "rename"),
  ])
  func anotherEndingIsToldWithTheWayOut(name: String, data: Data, found: String, advice: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: name).path
    try data.write(to: URL(fileURLWithPath: path))
    let error = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: path) }
    #expect(error.found == found && error.advice.contains(advice))
  }

  @Test func aSystemMessageIsSaid() throws {
    let own = try contents(
      #"{"id": 1, "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}"#
    )
    #expect(own.notes.count == 1 && own.notes[0].contains("1 of 1 question has a system message"))
  }

  /// Little-endian.
  private static func utf16(_ text: String) -> Data {
    Data(text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
  }

  @Test(arguments: [
    (Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8), "a Git LFS pointer"),
    (Data("<!DOCTYPE html>\n<html></html>".utf8), "a web page"), (Data([0x50, 0x4B, 3, 4, 0, 0xFF]), "a ZIP archive"),
    (Data([0x1F, 0x8B, 8, 0]), "a gzip archive"), (Data("PAR1\u{1}".utf8), "a Parquet table"),
    (utf16("\u{FEFF}[1]"), "text in UTF-16"), (utf16("{\"a\": 1}"), "text in UTF-16"),
  ])
  func aFileOfAnotherKindIsToldAsWhatItIs(data: Data, found: String) throws {
    let error = failure { () throws(SuiteError) in _ = try QuestionFile.contents(Array(data), place: "own.jsonl") }
    #expect(error.found == found && !error.advice.isEmpty)
  }
}
