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
}
