import Foundation
import SpecCore
import Testing

@Suite struct JSONTextTests {
  private struct Pair: Encodable {
    let zooKeeper = "a/b"
    let ant = [1, 2]
  }

  @Test func keysAreSortedAndSlashesStay() throws {
    #expect(try JSONText.line(Pair()) == #"{"ant":[1,2],"zooKeeper":"a/b"}"#)
    let lines = try JSONText.lines(Pair(), keys: .convertToSnakeCase)
    #expect(lines.hasPrefix("{\n  \"ant\" : [\n    1,\n") && lines.hasSuffix("\"zoo_keeper\" : \"a/b\"\n}"))
  }

  /// A date that was read is written as the same text, every millisecond of it.
  @Test func datesComeBackAsTheyWere() throws {
    for millisecond in 0..<1000 {
      let text = "2026-11-27T12:34:56." + String(String(1000 + millisecond).dropFirst()) + "Z"
      #expect(try #require(Date.from(exactText: text)).exactText == text)
    }
    #expect(Date(timeIntervalSince1970: 0.9996).exactText == "1970-01-01T00:00:01.000Z")
  }
}
