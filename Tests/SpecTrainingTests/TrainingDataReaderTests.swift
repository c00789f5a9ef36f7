import Foundation
import SpecTestSupport
import SpecTraining
import Testing

struct TrainingDataReaderTests {
  private func read(_ text: String, _ name: String) throws -> [TrainingDocument] {
    let folder = try TemporaryFolder()
    return try TrainingDataReader.read([folder.write(text, to: name)])
  }

  @Test func aPlainFileIsOneText() throws {
    #expect(try read("One.\n\nTwo.\r\n", "a.txt") == [.text("One.\n\nTwo.\r\n")])
    #expect(try read("\u{FEFF}é", "README") == [.text("é")])
  }

  @Test func everyKindOfRecordIsRead() throws {
    let lines = """
      {"text": "Plain.", "source": 1}

      {"question_id": 81, "category": "writing", "turns": ["First?", "Second?"]}
      {"id": "x", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
      {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}
      """
    let expected: [TrainingDocument] = [
      .text("Plain."),
      .conversation([TrainingTurn(.user, "First?"), TrainingTurn(.user, "Second?")]),
      .conversation([TrainingTurn(.user, "Hi"), TrainingTurn(.assistant, "Hello")]),
      .conversation([TrainingTurn(.system, "Be brief."), TrainingTurn(.user, "Hi")]),
    ]
    #expect(try read(lines.replacing("\n", with: "\r\n"), "a.jsonl") == expected)
    let records = lines.split(separator: "\n").joined(separator: ",\n")
    #expect(try read("[\(records)]", "a.JSON") == expected)
  }

  @Test func filesKeepTheirOrder() throws {
    let folder = try TemporaryFolder()
    let paths = [try folder.write("b", to: "b.txt"), try folder.write(#"{"text": "a"}"#, to: "a.jsonl")]
    #expect(try TrainingDataReader.read(paths) == [.text("b"), .text("a")])
  }

  @Test(.enabled(if: Fixtures.officialQuestions != nil, "The official questions are not beside the package."))
  func officialQuestionsAreRead() throws {
    let path = try #require(Fixtures.officialQuestions).path
    #expect(try TrainingDataReader.read([path]).count == 480)
  }

  @Test(
    arguments: [
      ("a.jsonl", "{\"text\": \"a\"}\n{\"text\": 7}", ["line 2", "\"text\"", "the number 7"]),
      ("a.jsonl", "{\"text\": \"a\"}\n\n{\"text\": \"b\"", ["line 3", "a comma"]),
      ("a.jsonl", "{\"text\": \"a\"}\n[1]", ["line 2", "a list"]),
      ("a.jsonl", "{\"txt\": \"a\"}", ["line 1", "\"text\""]),
      ("a.jsonl", "{\"text\": \"  \"}", ["line 1", "\"text\""]),
      ("a.jsonl", "{\"turns\": []}", ["line 1", "\"turns\""]),
      ("a.jsonl", "{\"turns\": [\"a\", 1]}", ["line 1", "turns[1]"]),
      ("a.jsonl", "{\"conversations\": [{\"from\": \"me\", \"value\": \"a\"}]}", ["line 1", "\"me\"", "human"]),
      ("a.jsonl", "{\"conversations\": [{\"from\": \"gpt\"}]}", ["line 1", "no \"", "value"]),
      ("a.jsonl", "\n \n", ["holds no text"]),
      ("a.json", "[{\"text\": \"a\"}, {}]", ["entry 2"]),
      ("a.json", "[3]", ["line 1", "a JSON object"]),
      ("a.txt", " \n", ["holds no text"]),
    ]
  )
  func whatIsWrongIsSaid(name: String, text: String, parts: [String]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: name)
    let error = #expect(throws: TrainingDataError.self) { try TrainingDataReader.read([path]) }
    let message = error?.description ?? ""
    for part in [path] + parts { #expect(message.contains(part), "\(message)") }
    #expect(!message.contains("\n"))
  }

  @Test func badBytesAndAbsentFilesAreSaid() throws {
    let folder = try TemporaryFolder()
    let bad: [UInt8] = [0x61, 0x0A, 0xFF]
    for name in ["a.txt", "a.jsonl"] {
      let path = try folder.write(bad, to: name)
      let error = #expect(throws: TrainingDataError.self) { try TrainingDataReader.read([path]) }
      #expect(error?.description.contains(name == "a.txt" ? "line 2" : "line 1") == true, "\(error as Any)")
    }
    for path in [folder.path("nothing.txt"), folder.path] {
      let error = #expect(throws: TrainingDataError.self) { try TrainingDataReader.read([path]) }
      #expect(error?.description.contains(path) == true)
    }
  }
}
