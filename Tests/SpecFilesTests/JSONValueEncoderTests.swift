import Foundation
import SpecCore
import SpecFiles
import Testing

@Suite struct JSONValueEncoderTests {
  private enum Kind: String, Encodable { case own = "its_own" }

  private struct Inner: Encodable {
    var share: Double?
    var names: [String]
  }

  private struct Record: Encodable {
    var count = 3
    var host: String?
    var isBusy: Bool? = true
    var date: Date? = Date(timeIntervalSince1970: 1_752_410_096.789)
    var ended: Date?
    var kind = Kind.own
    var inner: [Inner]? = [Inner(share: nil, names: []), Inner(share: 0.5, names: ["a/b"])]
    var nothing: Inner?
    var byName = ["x": 1]

    enum CodingKeys: String, CodingKey {
      case count, host, date, ended, kind, inner, nothing
      case isBusy = "is_busy"
      case byName = "by_name"
    }
  }

  /// Foundation's encoder would leave out what is nil.
  @Test func everyColumnIsThereAndWhatIsMissingIsNull() throws {
    let value = try JSONValue(encoding: Record())
    let expected: JSONValue = [
      "count": .integer(3), "host": nil, "is_busy": true, "date": "2025-07-13T12:34:56.789Z", "ended": nil,
      "kind": "its_own",
      "inner": .array([["share": nil, "names": .array([])], ["share": .number(0.5), "names": .array(["a/b"])]]),
      "nothing": nil, "by_name": ["x": .integer(1)],
    ]
    #expect(value.membersByKey == expected.membersByKey)
  }

  @Test func whatIsNoRecordIsEncodedToo() throws {
    #expect(try JSONValue(encoding: 7) == .integer(7))
    #expect(try JSONValue(encoding: String?.none) == .null)
    #expect(try JSONValue(encoding: [Int]()) == .array([]))
    #expect(try JSONValue(encoding: [true, false]) == .array([true, false]))
    #expect(
      try JSONValue(encoding: JSONValue.otherNumber("12345678901234567890")) == .otherNumber("12345678901234567890")
    )
  }

  @Test func textOfADatabaseIsReadOrKept() throws {
    #expect(JSONValue.parsing(#"{"a": [1, 2.5]}"#) == ["a": .array([.integer(1), .number(2.5)])])
    #expect(JSONValue.parsing("\"HumanEval/0\"") == "HumanEval/0")
    for text in ["no JSON", "", "1e999", "NaN"] { #expect(JSONValue.parsing(text) == .text(text)) }
    let long = "123456789012345678901234567890"
    #expect(try JSONText.line(JSONValue.parsing(long)) == long)
  }
}
