import Foundation
import SpecFiles
import Testing

/// The result files of other programs, through the program itself: what they hold comes into the report, what they lack
/// stays blank, and what is broken is told in a sentence.
@Suite struct ResultFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A program's files, as short as its own may be.
  enum Kind: String, CaseIterable, Sendable {
    case vllm, aiperf, guidellm
    case speedBench = "speed-bench"
    case specdec = "specdec-bench"

    /// Three requests of nine tokens; those of speculation take half the time.
    func text(speculates: Bool) -> String {
      let (factor, steps) = (speculates ? 0.5 : 1, "\"per_step_accepted\": [2, 1], \"per_step_drafted\": [4, 4]")
      switch self {
      case .vllm:
        let times = [1.0, 2, 3].map { $0 * factor }
        let speculation = speculates ? ", \"spec_decode_draft_tokens\": 40, \"spec_decode_accepted_tokens\": 12" : ""
        return """
          {"date": "20260101-000000", "backend": "openai", "label": null, "model_id": "org/model", "duration": 6.5, \
          "completed": 3, "failed": 0, "total_input_tokens": 30, "request_throughput": 1.0, "request_goodput": NaN, \
          "input_lens": [5, 6, 7], "output_lens": [9, 9, 9], "ttfts": [0.1, 0.1, 0.1], "itls": [[0.1], [0.1], [0.1]], \
          "latencies": \(times), "generated_texts": ["one", "two", "thrée"], "errors": ["", "", ""]\(speculation)}
          """
      case .aiperf:
        let acceptance = speculates ? ", \"spec_decode_acceptance\": {\"engine\": \"vllm\", \(steps)}" : ""
        return (0..<3).map { index in
          """
          {"metadata": {"session_num": \(index), "conversation_id": "c\(index)", "turn_index": 0, "request_start_ns": 1, \
          "request_end_ns": 2, "benchmark_phase": "profiling", "worker_id": "w"}, "metrics": {"request_latency": \
          {"value": \(1000 * Double(index + 1) * factor), "unit": "ms"}, "output_sequence_length": {"value": 9, "unit": \
          "tokens"}, "input_sequence_length": {"value": 5, "unit": "tokens"}}\(acceptance), "error": null}\n
          """
        }.joined()
      case .guidellm:
        let metrics = speculates ? "{\"speculative_decoding\": {\(steps)}}" : "null"
        let requests = (0..<3).map { index in
          """
          {"request_id": "\(UUID())", "output": "text \(index)", "request_start_time": \(10 - index), "prompt_tokens": 5, \
          "request_latency": \(Double(3 - index) * factor), "output_tokens": 9, "response_metrics": \(metrics)}
          """
        }
        return """
          {"metadata": {"version": 2}, "benchmarks": [{"requests": {"successful": [\(requests.joined(separator: ", "))], \
          "incomplete": [], "errored": []}}]}
          """
      case .speedBench:
        let results = (0..<3).map { index in
          """
          {"id": "q\(index)", "category": "coding", "ok": true, "turns": 2, "latency_s": \(Double(index + 1) * factor), \
          "prompt_tokens": 5, "completion_tokens": 9, "draft_n": \(speculates ? 10 : 0), \
          "draft_n_accepted": \(speculates ? 4 : 0), "error": null}
          """
        }
        return """
          {\n  "config": {"bench": "qualitative", "model": null},\n  "results": [\(results.joined(separator: ",\n"))],
            "summary": []\n}
          """
      case .specdec:
        return (0..<3).map { index in
          """
          {"question_id": \(index), "category": "writing", "turns": ["q"], "acceptance_lengths": \
          \(speculates ? [3, 2] : [1, 1]), "choices": [{"index": 0, "turns": ["answer \(index)"]}]}\n
          """
        }.joined()
      }
    }
  }

  private func read(_ files: [String], extra: [String] = []) throws -> Program.Result {
    try Program.run(
      ["import", "--vanilla", files[0]] + files.dropFirst() + ["--database", scratch.path("runs.sqlite")] + extra
    )
  }

  private func write(_ kind: Kind) throws -> [String] {
    try [false, true].map { speculates in
      let name = speculates ? "fast.json" : "base.json"
      try scratch.write(kind.text(speculates: speculates), to: name)
      return scratch.path(name)
    }
  }

  private func report(_ format: String) throws -> String {
    try Program.run(["report", "--database", scratch.path("runs.sqlite"), "--format", format]).output
  }

  @Test(arguments: Kind.allCases)
  func aReportSaysWhatTheFilesHold(kind: Kind) throws {
    let files = try write(kind)
    let result = try read(files)
    #expect(result.status == 0, "\(result.errors)")
    let text = try report("markdown")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report("json").utf8)) as? [String: Any])
    let decoders = try #require(json["decoders"] as? [[String: Any]])
    let fast = try #require(decoders.last?["overall"] as? [String: Any])
    #expect(fast["prompts"] as? Int == 3)
    let ratio = (fast["time_per_token_ratio"] as? Double) ?? (fast["speedup"] as? Double)
    let hasTexts = kind == .vllm || kind == .guidellm || kind == .specdec
    #expect(ratio == (kind == .specdec ? nil : 2) || ratio.map { abs($0 - 2) < 1e-9 } == true, "\(fast)")
    #expect(text.contains("fast: 3 of 3 identical to vanilla") == hasTexts, "\(text)")
    #expect(text.contains("fast: not compared") == !hasTexts)
    #expect(text.contains("the imported files hold no outputs that could be compared") == !hasTexts)
    #expect(!text.contains("differ from vanilla's, these numbers"))
    // Accept lengths: 1 + [2, 1] and three tokens that came without a draft; or as they are listed.
    let mean: Double? = [.aiperf: 1.6, .guidellm: 1.6, .specdec: 2.5][kind]
    let found = fast["mean_accepted_tokens"] as? Double
    #expect(found == mean || zip2(found, mean).map { abs($0 - $1) < 1e-9 } == true, "\(fast)")
    #expect(result.errors.contains("were accepted") == (kind == .vllm || kind == .speedBench), "\(result.errors)")
    if kind == .vllm { #expect(text.contains("org/model on vLLM bench serve")) }
    if kind == .specdec { #expect(text.contains("The imported files hold no times of single requests")) }
    // Two imports of the same files compare.
    #expect(try read(files).status == 0)
    let comparison = try Program.run(["compare", "1", "2", "--database", scratch.path("runs.sqlite")])
    #expect(comparison.status == 0 || kind == .specdec, "\(comparison.errors)")
  }

  private func zip2(_ a: Double?, _ b: Double?) -> (Double, Double)? { a.flatMap { a in b.map { (a, $0) } } }

  @Test(arguments: Kind.allCases)
  func truncatedFilesAreTold(kind: Kind) throws {
    let files = try write(kind)
    let bytes = Array(kind.text(speculates: true).utf8)
    for length in [0, 1, bytes.count / 2, bytes.count - 12] {
      try Data(bytes[..<length]).write(to: URL(fileURLWithPath: files[1]))
      let result = try read(files)
      #expect(result.status == 2 && result.errors.hasPrefix("specbench: \(files[1])"), "\(length): \(result.errors)")
      #expect(result.errors.dropLast().contains("\n") == false)
    }
  }

  @Test(arguments: [
    (Kind.vllm, "\"output_lens\": [9, 9, 9]", "\"output_lens\": [9, 9]", "as many entries as the other lists have"),
    (.vllm, "\"output_lens\": [9, 9, 9], ", "", "run vllm bench serve with --save-result --save-detailed"),
    (.vllm, "[9, 9, 9]", "[9, -1, 9]", "a count from 0"), (.vllm, "[9, 9, 9]", "[9, 1e99, 9]", "a count from 0"),
    (.vllm, "1.0, ", "-1.0, ", "a time above 0"),
    (.aiperf, "\"unit\": \"ms\"", "\"unit\": \"parsec\"", "a unit of time"),
    (.aiperf, "\"value\": 9", "\"value\": null", "a count from 1"),
    (.aiperf, "\"c1\"", "\"\\u001b[2J\"", "none of which controls a terminal"),
    (.guidellm, "\"output_tokens\": 9", "\"output_tokens\": null", "a count from 1"),
    (.guidellm, "\"benchmarks\": [", "\"benchmarks\": [{}, ", "it holds 2 benchmarks where one is needed"),
    (.speedBench, "\"latency_s\"", "\"latency\"", "no \"results[0].latency_s\""),
    (.specdec, "\"choices\": [{", "\"choices\": [], \"x\": [{", "a list with a choice"),
  ])
  func whatIsWrongIsTold(kind: Kind, old: String, new: String, words: String) throws {
    let files = try write(kind)
    let text = kind.text(speculates: false)
    #expect(text.contains(old))
    try scratch.write(text.replacing(old, with: new), to: "base.json")
    let result = try read(files)
    #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
    #expect(result.errors.hasPrefix("specbench: \(files[0])") && !result.errors.dropLast().contains("\n"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path("runs.sqlite")))
  }

  @Test func failedRequestsAreLeftOutAndTold() throws {
    let files = try write(.vllm)
    let text = Kind.vllm.text(speculates: true)
    try scratch.write(text.replacing("[\"\", \"\", \"\"]", with: "[\"\", \"timeout\", \"\"]"), to: "fast.json")
    let result = try read(files)
    #expect(result.status == 0 && result.errors.contains("1 request of 3 failed"), "\(result.errors)")
    #expect(result.errors.contains("do not hold the same questions: 1 question only in"))
    try scratch.write(text.replacing("[5, 6, 7]", with: "[5, 60, 7]"), to: "fast.json")
    let other = try read(files)
    #expect(other.errors.contains("1 question, the first of them 2, with prompts of other lengths"), "\(other.errors)")
    #expect(try report("markdown").contains("they may not be the same questions"))
  }

  @Test func formatsAreNamed() throws {
    try scratch.write("{\"a\": 1}\n", to: "base.json")
    let unknown = try read([scratch.path("base.json"), scratch.path("base.json")])
    #expect(unknown.status == 2 && unknown.errors.contains("none of the result files that are known"))
    let named = try read([scratch.path("base.json"), scratch.path("base.json")], extra: ["--format", "aiperf"])
    #expect(named.status == 2 && named.errors.contains("name the profile_export.jsonl"), "\(named.errors)")
    let wrong = try read([scratch.path("base.json"), scratch.path("base.json")], extra: ["--format", "csv"])
    #expect(wrong.status == 64 && wrong.errors.contains("--format is \"csv\"; choose from spec-bench, vllm"))
    let sums = "{\"request_throughput\": {\"unit\": \"requests/sec\", \"avg\": 1}}"
    try scratch.write(sums, to: "base.json")
    let summary = try read([scratch.path("base.json"), scratch.path("base.json")])
    #expect(summary.status == 2 && summary.errors.contains("it holds no single requests"), "\(summary.errors)")
  }
}
