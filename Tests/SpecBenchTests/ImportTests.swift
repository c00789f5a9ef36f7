import Foundation
import Testing

/// Spec-Bench's files as other people's scripts write them, through the program itself.
@Suite struct ImportTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A line of a file of answers, by default two turns of nine tokens in a second each.
  struct Line {
    var question = 81
    var model: String? = "vanilla"
    var category: String? = "writing"
    var turns = ["one two three", "four five"]
    var tokens = [9, 9]
    var times = ["1.0", "1.0"]
    var steps: (name: String, counts: [Int])? = ("decoding_steps", [9, 9])
    var lengths: [Int]? = Array(repeating: 1, count: 18)
    var choices = 1

    var text: String {
      let parts = [
        steps.map { "\"\($0.name)\": \($0.counts)" }, lengths.map { "\"accept_lengths\": \($0)" },
        "\"turns\": \(turns)", "\"new_tokens\": \(tokens)", "\"wall_time\": [\(times.joined(separator: ", "))]",
      ]
      let choice = "{\(parts.compactMap(\.self).joined(separator: ", "))}"
      let fields = [
        "\"question_id\": \(question)", model.map { "\"model_id\": \"\($0)\"" },
        category.map { "\"category\": \"\($0)\"" },
        "\"choices\": [\(Array(repeating: choice, count: choices).joined(separator: ", "))]",
      ]
      return "{\(fields.compactMap(\.self).joined(separator: ", "))}\n"
    }
  }

  private func write(_ name: String, _ lines: [Line]) throws -> String {
    try scratch.write(lines.map(\.text).joined(), to: name)
    return scratch.path(name)
  }

  private func read(_ vanilla: String, _ others: String..., extra: [String] = []) throws -> Program.Result {
    try Program.run(
      ["import", "--vanilla", vanilla] + others + ["--database", scratch.path("runs.sqlite")] + extra
    )
  }

  private func report() throws -> String {
    try Program.run(["report", "--database", scratch.path("runs.sqlite")]).output
  }

  private func json() throws -> [String: Any] {
    let text = try Program.run(["report", "--database", scratch.path("runs.sqlite"), "--format", "json"]).output
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func fast(_ question: Int, times: [String] = ["0.5", "0.5"]) -> Line {
    Line(
      question: question,
      model: "ea",
      times: times,
      steps: ("decoding_steps", [3, 3]),
      lengths: [3, 3, 3, 3, 3, 3]
    )
  }

  /// The baseline's slow third question must not make the other file fast.
  @Test func onlySharedQuestionsAreCompared() throws {
    let base = try write("base.jsonl", [Line(), Line(question: 82), Line(question: 83, times: ["900.0", "900.0"])])
    let other = try write("ea.jsonl", [fast(90), fast(82), fast(81)])
    let result = try read(base, other)
    #expect(result.status == 0)
    let sentence = "do not hold the same questions: 1 question only in \(base) (83), 1 question only in \(other) (90)"
    #expect(result.errors.contains(sentence), "\(result.errors)")
    #expect(try report().contains("the files leave doubts") && report().contains("1 question only in"))
    let decoders = try #require(try json()["decoders"] as? [[String: Any]])
    for decoder in decoders {
      let overall = try #require(decoder["overall"] as? [String: Any])
      #expect(overall["prompts"] as? Int == 4 && overall["tokens"] as? Int == 36)
    }
  }

  @Test func onlySharedTurnsAndChoicesAreCompared() throws {
    var short = fast(82)
    (short.turns, short.tokens, short.times) = (["one two three"], [9], ["0.5"])
    (short.steps, short.lengths) = (("decoding_steps", [3]), [3, 3, 3])
    var twice = Line(question: 81)
    twice.choices = 2
    let result = try read(
      try write("base.jsonl", [twice, Line(question: 82)]),
      try write("ea.jsonl", [fast(81), short])
    )
    #expect(result.status == 0)
    #expect(result.errors.contains("1 question with more turns in one file than in another, the first of them 82"))
    #expect(result.errors.contains("Some questions have 2 choices and others 1"), "\(result.errors)")
    let decoders = try #require(try json()["decoders"] as? [[String: Any]])
    #expect(decoders.allSatisfy { ($0["overall"] as? [String: Any])?["prompts"] as? Int == 3 })
  }

  /// A letter with its accent is another text than the two apart, although they look the same.
  @Test func textsOfOtherScalarsAreNotEqual() throws {
    var (composed, apart) = (Line(), fast(81))
    (composed.turns, apart.turns) = (["caf\u{E9}", "same"], ["cafe\u{301}", "same"])
    #expect(try read(try write("base.jsonl", [composed]), try write("ea.jsonl", [apart])).status == 0)
    let lossless = try #require(try json()["lossless"] as? [String: Any])
    #expect(lossless["mismatches"] as? Int == 1)
  }

  @Test func filesOfOtherQuestionsAreRefused() throws {
    let result = try read(try write("base.jsonl", [Line()]), try write("ea.jsonl", [fast(90)]))
    #expect(result.status == 2 && result.errors.contains("have no question in common"), "\(result.errors)")
  }

  /// A line that cannot be, and what the refusal says of it.
  @Test(arguments: [
    (Line(lengths: [0] + Array(repeating: 1, count: 17)), "accept_lengths[0]\", expected a count from 1"),
    (Line(lengths: [1 << 28] + Array(repeating: 1, count: 17)), "accept_lengths[0]"),
    (Line(lengths: [-1] + Array(repeating: 1, count: 17)), "accept_lengths[0]\", expected a count from 1"),
    (Line(tokens: [0, 9]), "new_tokens[0]"), (Line(tokens: [-3, 9]), "new_tokens[0]"),
    (Line(times: ["0", "1.0"]), "wall_time[0]"), (Line(times: ["1e-12", "1.0"]), "above 0"),
    (Line(times: ["-1.0", "1.0"]), "wall_time[0]"), (Line(times: ["1.0", "NaN"]), "line 2"),
    (Line(times: ["1.0", "1e999"]), "line 2"), (Line(times: ["1.0"]), "as many texts as"),
  ])
  func whatCannotBeIsRefused(line: Line, phrase: String) throws {
    var bad = line
    bad.question = 82
    let result = try read(try write("base.jsonl", [Line(), bad]), try write("ea.jsonl", [fast(81), fast(82)]))
    #expect(result.status == 2 && result.errors.contains("base.jsonl") && result.errors.contains("line 2"))
    #expect(result.errors.contains(phrase) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("runs.sqlite")))
  }

  /// Scripts count in their own ways: what does not fit together is told with its place, and read.
  @Test func contradictionsAreTold() throws {
    let base = try write("base.jsonl", [Line(), Line(question: 82, tokens: [9, 900])])
    var shared = fast(82)
    shared.steps = ("decoding_steps", [2, 2])
    var slipped = fast(81)
    slipped.steps = ("decoding_steps", [5, 5])
    let result = try read(base, try write("ea.jsonl", [slipped, shared]))
    #expect(result.status == 0)
    let tokens = "\(base), line 2: new_tokens add up to 909 where accept_lengths add up to 18"
    #expect(result.errors.contains(tokens), "\(result.errors)")
    let steps = "ea.jsonl, line 1: decoding_steps do not add up to the 6 accept_lengths"
    #expect(result.errors.contains(steps), "\(result.errors)")
    // Steps counted from 0 are known: two and two are three and three.
    #expect(!result.errors.contains("ea.jsonl, line 2"))
  }

  @Test func medusasAndEaglesOwnFilesAreRead() throws {
    func line(_ question: Int, _ model: String, _ seconds: String) -> Line {
      Line(
        question: question,
        model: model,
        category: nil,
        times: [seconds, seconds],
        steps: ("idxs", [3, 3]),
        lengths: nil
      )
    }
    let base = try write("base.jsonl", [line(81, "vanilla", "1.0"), line(161, "vanilla", "1.0")])
    let result = try read(base, try write("ea.jsonl", [line(81, "ea", "0.5"), line(161, "ea", "0.5")]))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("The category of 2 questions follows from the number"))
    // That changes no number: no doubt stands before the result.
    #expect(!result.output.contains("doubt") && result.output.contains("overall speedup of 2.00x"), "\(result.output)")
    #expect(try !report().contains("doubt"))
    let decoders = try #require(try json()["decoders"] as? [[String: Any]])
    let categories = try #require(decoders[1]["categories"] as? [String: [String: Any]])
    #expect(Set(categories.keys) == ["mt_bench", "translation"])
    let overall = try #require(decoders[1]["overall"] as? [String: Any])
    #expect(overall["mean_accepted_tokens"] is NSNull && overall["tokens"] as? Int == 36)
  }

  @Test func aQuestionWithoutCategoryCanBeGivenOne() throws {
    var (base, other) = (Line(question: 7), fast(7))
    (base.category, other.category) = (nil, nil)
    let paths = (try write("base.jsonl", [base]), try write("ea.jsonl", [other]))
    let plain = try read(paths.0, paths.1)
    #expect(plain.status == 0 && plain.errors.contains("1 question without a category is put in 'default'"))
    #expect(try read(paths.0, paths.1, extra: ["--category", "qa"]).status == 0)
    let decoders = try #require(try json()["decoders"] as? [[String: Any]])
    #expect((decoders[1]["categories"] as? [String: Any])?.keys.sorted() == ["qa"])
    #expect(try read(paths.0, paths.1, extra: ["--category", "overall"]).status == 2)
  }

  @Test func namesThatCollideAreMadeDistinct() throws {
    let base = try write("base.jsonl", [Line()])
    func other(_ name: String, _ model: String?) throws -> String {
      var line = fast(81)
      line.model = model
      return try write(name, [line])
    }
    let result = try read(
      base,
      try other("a.jsonl", "ea"),
      try other("b.jsonl", "ea-2"),
      try other("c.jsonl", "ea"),
      try other("d.jsonl", "vanilla"),
      try other("ea.jsonl", nil)
    )
    #expect(result.status == 0, "\(result.errors)")
    let names = try #require(try json()["decoders"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(names == ["vanilla", "ea", "ea-2", "ea-3", "vanilla-2", "ea-4"])
  }

  /// What is wrong with the files says nothing against a machine's times, and texts hold no tokens to be the end.
  @Test func doubtsAreThoseOfTheFiles() throws {
    var other = fast(81)
    other.turns[1] = "four six"
    let result = try read(try write("base.jsonl", [Line(), Line(question: 82)]), try write("ea.jsonl", [other]))
    #expect(result.output.hasPrefix("The files leave doubts. ") && !result.output.contains("times are doubtful"))
    let row = try #require(try report().split(separator: "\n").first { $0.hasPrefix("| mt_bench") })
    let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(cells == ["mt_bench", "ea", "81", "2", "1", "6", "–", "–", "–", "–"])
  }

  /// Tables made by other programs write numbers as texts, or with a fraction of zero.
  @Test(arguments: ["\"81\"", "81.0"])
  func aNumberIsTheSameHoweverItIsWritten(id: String) throws {
    let base = try write("base.jsonl", [Line()])
    try scratch.write(fast(81).text.replacing("\"question_id\": 81", with: "\"question_id\": \(id)"), to: "ea.jsonl")
    let result = try read(base, scratch.path("ea.jsonl"))
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("All 2 compared outputs are identical"))
  }

  /// 2.3 times 1e9 lies below the integer.
  @Test func timesComeBackAsTheyWere() throws {
    let base = try write("base.jsonl", [Line(times: ["2.3", "1.1"])])
    #expect(try read(base, try write("ea.jsonl", [fast(81)])).status == 0)
    let export = try Program.run(
      ["export", "--database", scratch.path("runs.sqlite"), "--output", scratch.path("answers")]
    )
    let vanilla = try #require(export.output.split(separator: "\n").map(String.init).first)
    let line = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: vanilla)))
    let choices = try #require((line as? [String: Any])?["choices"] as? [[String: Any]])
    #expect(choices.first?["wall_time"] as? [Double] == [2.3, 1.1])
  }

  /// The files tell of a model by what its vanilla answered.
  @Test func importsOfOtherModelsAreNotCompared() throws {
    var other = Line()
    other.turns = ["five six", "four five"]
    let database = scratch.path("runs.sqlite")
    #expect(try read(try write("base.jsonl", [Line()]), try write("ea.jsonl", [fast(81)])).status == 0)
    #expect(try read(try write("other.jsonl", [other]), scratch.path("ea.jsonl")).status == 0)
    let refusal = try Program.run(["compare", "--database", database, "1", "2"])
    #expect(
      refusal.status == 2 && refusal.errors.contains("vanilla's answers to 1 of 2 prompts differ"),
      "\(refusal.errors)"
    )
    #expect(try Program.run(["compare", "--database", database, "1", "2", "--anyway"]).status == 0)
    #expect(try read(scratch.path("base.jsonl"), scratch.path("ea.jsonl")).status == 0)
    #expect(try Program.run(["compare", "--database", database, "1", "3"]).status == 0)
  }

  @Test func aFileGivenTwiceIsRefused() throws {
    let (base, other) = (try write("base.jsonl", [Line()]), try write("ea.jsonl", [fast(81)]))
    try FileManager.default.createSymbolicLink(atPath: scratch.path("link.jsonl"), withDestinationPath: other)
    for files in [[base], [other, other], [other, scratch.path("link.jsonl")]] {
      let result = try Program.run(["import", "--vanilla", base] + files)
      #expect(result.status == 2 && result.errors.contains("is named more than once"), "\(result.errors)")
    }
    let twice = try read(base, try write("twice.jsonl", [fast(81), fast(81)]))
    #expect(twice.status == 2 && twice.errors.contains("twice.jsonl, line 2: found the number 81 as \"question_id\""))
  }
}
