import Foundation
import SpecFiles
import Testing

struct JSONWriterTests {
  private enum Failure: Error, InputFailure {
    case problem(InputProblem)
    init(_ problem: InputProblem, file: String) { self = .problem(problem) }
  }

  private let value = JSONValue.members([
    "text": .text("a\"\\/\n\r\t\u{0}\u{1F}\u{7F}é👩‍👩‍👧"),
    "": nil,
    "numbers": .array([.integer(-3), .integer(.max), .number(1e-5), .number(10000), .number(0.1)]),
    "truth": .array([true, false]),
    "empty": .members(["list": .array([]), "object": .members([:])]),
    "empty2": .array([.array([.array([])])]),
  ])

  @Test func whatIsWrittenIsReadBack() throws {
    for text in [value.document, value.line] {
      let read = try JSONField<Failure>(parsing: ArraySlice(text.utf8), file: "x").value
      #expect(read == value)
    }
  }

  @Test func aLineIsOneAndADocumentIsIndented() {
    #expect(!value.line.contains("\n"))
    #expect(JSONValue.members(["a": .array([.integer(1), "b"])]).line == #"{"a": [1, "b"]}"#)
    #expect(JSONValue.members(["a": .array([.integer(1), "b"])]).document == "{\n \"a\": [\n  1,\n  \"b\"\n ]\n}\n")
    #expect(JSONValue.array([]).document == "[]\n")
    #expect(JSONValue.number(.infinity).line == "null")
  }
}
