import Foundation
import SpecTestSupport
import Testing

/// `specbench datastore`, and memory over the lines of `specbench decode`.
@Suite final class DatastoreCommandTests: ProgramTests {
  @Test func aDatastoreIsBuiltAndDraftedFrom() throws {
    try scratch.write("The cat sat on the mat. The cat sat on the hat.", to: "text.txt")
    try scratch.write(#"{"turns": ["Where is the cat?", "On the mat?"]}"#, to: "turns.jsonl")
    let store = scratch.path("cats")
    let arguments = [
      "datastore", "--model", model.directory, "--data", scratch.path("text.txt"), scratch.path("turns.jsonl"),
      "--output", store,
    ]
    let built = try Program.run(arguments)
    #expect(built.status == 0 && built.output.contains("ids is in \(store)."), "\(built.errors)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: store))
    #expect(try Program.run(arguments).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == bytes)
    let suite = Fixtures.package.appending(path: "Suites/essentials").path
    let verified = try Program.run([
      "verify", "--model", model.directory, "--suite", suite, "--limit", "2", "--max-new-tokens", "16", "--decoders",
      "rest:datastore=\(store),nodes=8",
    ])
    #expect(verified.status == 0, "\(verified.errors)")
  }

  @Test func whatCannotBeIsToldInOneSentence() throws {
    try scratch.write("A text.", to: "text.txt")
    let overwrites = try Program.run([
      "datastore", "--model", model.directory, "--data", scratch.path("text.txt"), "--output", scratch.path("text.txt"),
    ])
    #expect(overwrites.status == 2 && overwrites.errors.contains("not to be overwritten"), "\(overwrites.errors)")
    let missing = try Program.run([
      "decode", "--model", model.directory, "--decoder", "rest:datastore=none", "--input", scratch.path("text.txt"),
      "--output", scratch.path("out.jsonl"),
    ])
    let sentence = "none: there is no such file, but rest and ngram draft from a datastore"
    #expect(missing.status == 2 && missing.errors.contains(sentence), "\(missing.errors)")
    try scratch.write("no datastore", to: "bad")
    let bad = try Program.run([
      "decode", "--model", model.directory, "--decoder", "rest:datastore=\(scratch.path("bad"))", "--input",
      scratch.path("text.txt"), "--output", scratch.path("out.jsonl"),
    ])
    #expect(bad.status == 2 && bad.errors.contains("this is no whole datastore"), "\(bad.errors)")
  }

  /// With memory=run what the first line has taught serves the second; with memory=prompt it is forgotten.
  @Test(arguments: ["token-recycling", "sam:fallback=token-recycling", "suffix", "ngram"])
  func decodeKeepsMemoryOverItsLines(_ method: String) throws {
    let line = #"{"prompt_ids": [1, 70, 71, 72, 73, 80, 81]}"# + "\n"
    try scratch.write(line + line, to: "in.jsonl")
    func cycles(_ memory: String) throws -> [Int] {
      let spec = method + (method.contains(":") ? "," : ":") + "memory=\(memory)"
      let result = try Program.run([
        "decode", "--model", model.directory, "--decoder", spec, "--input", scratch.path("in.jsonl"), "--output",
        scratch.path("out.jsonl"), "--max-new-tokens", "60",
      ])
      #expect(result.status == 0, "\(result.errors)")
      return try scratch.read("out.jsonl").split(separator: "\n").map { text in
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (object?["accept_lengths"] as? [Int])?.count ?? 0
      }
    }
    let (forgotten, kept) = (try cycles("prompt"), try cycles("run"))
    #expect(forgotten.count == 2 && forgotten[0] == forgotten[1] && kept[0] == forgotten[0])
    #expect(kept[1] < kept[0], "\(kept)")
  }
}
