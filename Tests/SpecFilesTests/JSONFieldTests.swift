import SpecFiles
import Testing

@Suite struct JSONFieldTests {
  private typealias Field = JSONField<TestFailure>

  private func field(_ text: String) throws -> Field {
    try Field(parsing: Array(text.utf8)[...], file: "a.json", line: 3)
  }

  @Test func givesValuesByTheirKind() throws {
    let root = try field(#"{"s": "ä", "i": -5, "n": 0.5, "b": true, "l": [1, 2], "o": {"x": 1, "x": 2, "y": 3}}"#)
    #expect(try root.member("s").string() == "ä")
    #expect(try root.member("s").bytes() == [0xC3, 0xA4])
    #expect(try root.member("i").integer() == -5)
    #expect(try root.member("i").number() == -5)
    #expect(try root.member("n").number() == 0.5)
    #expect(try root.member("b").boolean())
    #expect(try root.member("l").integers() == [1, 2])
    #expect(try root.member("o").member("x").integer() == 2)
    #expect(try root.member("o").members().map(\.name) == ["x", "x", "y"])
    #expect(try root.member("o").members().map(\.field.path) == ["o.x", "o.x", "o.y"])
  }

  @Test func tellsNullFromAbsent() throws {
    let root = try field(#"{"null": null, "zero": 0}"#)
    #expect(try root.member("null").ifPresent != nil)
    #expect(try root.member("null").unlessNull == nil)
    #expect(try root.member("zero").unlessNull != nil)
    #expect(try root.member("none").ifPresent == nil)
    #expect(try root.member("none").unlessNull == nil)
  }

  @Test func doesNotFindACanonicallyEquivalentKey() throws {
    let root = try field("{\"e\u{301}\": 1}")
    #expect(try root.member("\u{E9}").value == nil)
    #expect(try root.member("e\u{301}").integer() == 1)
  }

  @Test func namesTheWayToAMismatch() throws {
    let root = try field(#"{"a": {"b": [1, {"c": 2.5}]}, "t": "1"}"#)
    let deep = try root.member("a").member("b").elements()[1].member("c")
    let mismatches: [(problem: InputProblem?, path: String, found: JSONValue?, expected: String)] = [
      (problem { () throws(TestFailure) in try deep.integer() }, "a.b[1].c", .number(2.5), "an integer"),
      (problem { () throws(TestFailure) in try deep.string() }, "a.b[1].c", .number(2.5), "a string"),
      (problem { () throws(TestFailure) in try deep.members() }, "a.b[1].c", .number(2.5), "an object"),
      (problem { () throws(TestFailure) in try deep.member("d") }, "a.b[1].c", .number(2.5), "an object"),
      (problem { () throws(TestFailure) in try deep.elements() }, "a.b[1].c", .number(2.5), "an array"),
      (problem { () throws(TestFailure) in try root.member("t").number() }, "t", string("1"), "a number"),
      (problem { () throws(TestFailure) in try root.member("t").boolean() }, "t", string("1"), "true or false"),
      (problem { () throws(TestFailure) in try root.member("u").bytes() }, "u", nil, "a string"),
    ]
    for (problem, path, found, expected) in mismatches {
      guard case .mismatch(let mismatch) = problem else {
        Issue.record("\(path) was read as \(expected)")
        continue
      }
      #expect(mismatch.path == path)
      #expect(mismatch.line == 3)
      #expect(mismatch.found == found)
      #expect(mismatch.expected == expected)
    }
    #expect(mismatches[0].problem?.description == #"line 3: found the number 2.5 as "a.b[1].c", expected an integer"#)
    #expect(mismatches[7].problem?.description == #"line 3: found no "u", expected a string"#)
  }

  @Test func errorsNameTheFile() throws {
    let error = try #require(throws: TestFailure.self) { try field("{") }
    #expect(error.file == "a.json")
    #expect(error.problem.description.hasPrefix("line 3: found the end of the text at column 2, expected a key in"))
  }

  @Test func namesKeysOfTheFilesOwnHarmlessly() throws {
    let members = try field("{\"a\\n\\u001b\": 1}").members()
    let found = problem { () throws(TestFailure) in try members[0].field.string() }
    #expect(found?.description == #"line 3: found the number 1 as "a\n\u{1B}", expected a string"#)
  }

  @Test(arguments: [
    ("a\"b", "\"a\"b\""), ("a\nb\u{1B}[0m", #""a\nb\u{1B}[0m""#), ("\u{202E}\u{2028}", #""\u{202E}\u{2028}""#),
    (String(repeating: "ä", count: 60), "\"\(String(repeating: "ä", count: 60))\""),
    (String(repeating: "ä", count: 61), "\"\(String(repeating: "ä", count: 60))…\""),
  ])
  func quotesTextOnOneShortLine(text: String, quotation: String) {
    #expect(quoted(text) == quotation)
    #expect(quoted(Array(text.utf8)) == quotation)
    #expect(quoted(Array((text + String(repeating: "😀", count: 100)).utf8)).unicodeScalars.count < 100)
  }
}
