import SpecFiles
import Testing

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", .null), (" true\r\n", .boolean(true)), ("\tfalse", .boolean(false)), ("\u{FEFF}7", .integer(7)),
      ("[]", .array([])), ("[ ]", .array([])), ("{}", object([:])), ("{ }", object([:])), ("\"\"", string("")),
      ("[1,[2 , -3],{}]", .array([.integer(1), .array([.integer(2), .integer(-3)]), object([:])])),
      (#"{"a":{"b":null},"c":"d"}"#, object(["a": object(["b": .null]), "c": string("d")])),
      (#""\"\\\/\b\f\n\r\t\u00e4\u0000\uD83D\uDE00ß\u2028""#, string("\"\\/\u{8}\u{C}\n\r\tä\0😀ß\u{2028}")),
      ("\"a\u{7F}\u{85}\u{FEFF}\"", string("a\u{7F}\u{85}\u{FEFF}")),
    ] as [(String, JSONValue)]
  )
  func readsEveryKindOfValue(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(
    arguments: [
      ("0", .integer(0)), ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("9007199254740993", .integer(9_007_199_254_740_993)),
      ("9223372036854775808", .number(0x1p63)), ("1.0", .number(1)), ("0.1", .number(0.1)), ("1E3", .number(1000)),
      ("-2.5e-1", .number(-0.25)), ("1e+2", .number(100)), ("1e-999", .number(0)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)), ("4.9e-324", .number(.leastNonzeroMagnitude)),
    ] as [(String, JSONValue)]
  )
  func readsNumbersExactly(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: ["", " \n "]) func anEmptyTextIsCalledEmpty(text: String) {
    #expect(problem(of: { () throws(TestFailure) in try parse(text) }) == .foreign(.empty))
  }

  @Test(
    arguments: [
      ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("Infinity", "Infinity"), ("1e999", "1e999"),
      ("18446744073709551616", "18446744073709551616"),
    ] as [(String, String)]
  )
  func aLenientReaderTakesWhatPythonWrites(text: String, kept: String) throws {
    let field = try JSONField<TestFailure>(parsing: Array("[\(text), 1]".utf8)[...], file: "f", lenient: true)
    #expect(field.value == .array([.otherNumber(kept), .integer(1)]))
    let first = try #require(field.elements().first)
    #expect(throws: TestFailure.self) { try first.integer() }
    if kept.allSatisfy(\.isNumber) {
      #expect(try first.number() == 0x1p64)
    } else {
      #expect(throws: TestFailure.self) { try first.number() }
    }
  }

  @Test(
    arguments: [
      ("nul", 1, 1, "\"n\"", "a JSON value"),
      ("truth", 1, 1, "\"t\"", "a JSON value"), ("NaN", 1, 1, "\"N\"", "a JSON value"),
      ("+1", 1, 1, "\"+\"", "a JSON value"), (".5", 1, 1, "\".\"", "a JSON value"), ("1.", 1, 3, nil, "a digit"),
      ("-", 1, 2, nil, "a digit"), ("1e", 1, 3, nil, "a digit"), ("-a", 1, 2, "\"a\"", "a digit"),
      ("[1", 1, 3, nil, "a comma or the end of the list"), ("[1,]", 1, 4, "\"]\"", "a JSON value"),
      ("[1}", 1, 3, "\"}\"", "a comma or the end of the list"),
      ("{\"a\":1]", 1, 7, "\"]\"", "a comma or the end of the"),
      ("{\"a\"\n\n:1,}", 3, 4, "\"}\"", "a key in quotes"), ("{\"ä\" 1}", 1, 6, "\"1\"", "a colon after the key \"ä\""),
      ("{1:2}", 1, 2, "\"1\"", "a key in quotes"), ("\"ä\u{1F600}\u{1}\"", 1, 4, #""\u{01}""#, "the closing quote"),
      ("\"a", 1, 3, nil, "the closing quote"), ("\"\\", 1, 3, nil, "one of"),
      ("\"\\u00", 1, 6, nil, "four hexadecimal"),
      (#""\u00e´""#, 1, 7, "\"´\"", "four hexadecimal"),
      (#""\udbff""#, 1, 2, "half of a surrogate pair", "both halves"),
      (#""\ud800\n""#, 1, 2, "half of a surrogate pair", "both halves"),
      ("\u{FEFF}\u{FEFF}1", 1, 1, #""\u{FEFF}""#, "a JSON value"), ("\u{A0}1", 1, 1, "\"\u{A0}\"", "a JSON value"),
      ("[-1e400]", 1, 2, "the number \"-1e400\"", "a number of the size of a Double"),
    ] as [(String, Int, Int, String?, String)]
  )
  func saysWhereATextGoesWrong(text: String, line: Int, column: Int, found: String?, expected: String) {
    guard case .syntax(let error) = problem(of: { () throws(TestFailure) in try parse(text) }) else {
      Issue.record("read")
      return
    }
    #expect(error.line == line)
    #expect(error.column == column)
    #expect(error.found == found)
    #expect(error.expected?.hasPrefix(expected) == true, "\(error)")
  }

  @Test(arguments: ["{} x", "1 2", "01", "\"a\"\"b\"", "1\0"])
  func refusesMoreThanOneValue(text: String) {
    guard case .syntax(let error) = problem(of: { () throws(TestFailure) in try parse(text) }) else {
      Issue.record("read")
      return
    }
    #expect(error.found != nil)
    #expect(error.expected == nil)
  }

  @Test func countsLinesFromTheFirst() {
    let found = problem { () throws(TestFailure) in try parse("[\r\n1 2]", line: 7) }
    guard case .syntax(let error) = found else {
      Issue.record("read")
      return
    }
    #expect(error.line == 8)
    #expect(found?.description.hasPrefix("line 8: found \"2\" at column 3, expected a comma or") == true)
  }

  @Test(
    arguments: [
      ([0x22, 0xFF, 0x22], 1), ([0x0A, 0x22, 0xC3, 0x0A, 0x22], 2), ([0x5B, 0x0A, 0x0A, 0xED, 0xA0, 0x80], 3),
      ([0xC0, 0x80], 1), ([0x31, 0x0A, 0xF4, 0x90, 0x80, 0x80], 2), ([0xE2, 0x82], 1),
    ] as [([UInt8], Int)]
  )
  func namesTheLineThatIsNotUTF8(bytes: [UInt8], line: Int) {
    #expect(problem { () throws(TestFailure) in try parse(bytes[...]) } == .notUTF8(line: line))
  }

  @Test func readsAPartOfALongerText() throws {
    let bytes = Array("x[1, \"ab\"]y".utf8)
    #expect(try parse(bytes[1..<10]) == .array([.integer(1), string("ab")]))
  }

  @Test func keepsMembersThatADictionaryWouldLose() throws {
    let text = "{\"b\": 1, \"\u{E9}\": 2, \"e\u{301}\": 3, \"b\": 4, \"\": 5}"
    let expected: KeyValuePairs<String, JSONValue> = [
      "b": .integer(1), "\u{E9}": .integer(2), "e\u{301}": .integer(3), "b": .integer(4), "": .integer(5),
    ]
    #expect(try parse(text) == object(expected))
  }

  @Test func refusesRepeatedKeysOnRequest() throws {
    let differing = "{\"\u{E9}\": 2, \"e\u{301}\": {\"a\": 1}, \"a\": [{\"a\": 1}, {\"a\": 1}]}"
    #expect(try parse(differing, repeatedKeys: false) == parse(differing))
    let found = problem { () throws(TestFailure) in try parse("{\"a\": 1,\n \"\\u0061\": 2}", repeatedKeys: false) }
    guard case .syntax(let error) = found else {
      Issue.record("read")
      return
    }
    #expect(error.line == 2)
    #expect(error.column == 2)
    #expect(error.found == "the key \"a\" again")
  }

  @Test func limitsTheDepth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parse("[\(nested(63)), \(nested(63)), {\"a\": \(nested(62))}]")
    guard case .syntax(let error) = problem(of: { () throws(TestFailure) in try parse(nested(65)) }) else {
      Issue.record("read")
      return
    }
    #expect(error.column == 65)
    #expect(problem { () throws(TestFailure) in try parse(String(repeating: "{\"a\":", count: 100_000)) } != nil)
  }

  /// Quadratic time would take hours for these.
  @Test(.timeLimit(.minutes(1)), arguments: ["[", "\n", "\"", "\\n", "1", "{}", "{\"a\":1}"])
  func takesLinearTime(piece: String) throws {
    let count = 4_000_000
    switch piece {
    case "{}": #expect(throws: Never.self) { try parse("[" + String(repeating: "{},", count: count) + "1]") }
    case "{\"a\":1}":
      let members = (0..<count / 10).map { "\"\($0)\":1" }.joined(separator: ",")
      #expect(throws: Never.self) { try parse("{\(members)}", repeatedKeys: false) }
    case "\\n", "1": #expect(throws: Never.self) { try parse("\"" + String(repeating: piece, count: count) + "\"") }
    default: #expect(throws: TestFailure.self) { try parse(String(repeating: piece, count: count)) }
    }
  }
}
