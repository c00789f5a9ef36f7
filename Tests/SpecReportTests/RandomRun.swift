import Foundation
import GRDB
import SpecCore
import SpecStore

/// A new database in a folder that goes when the value is released.
final class Workspace: Sendable {
  let folder: URL
  let store: BenchmarkStore

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("SpecReportTests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try BenchmarkStore(creatingAt: folder.appendingPathComponent("results.sqlite").path)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// A second connection for queries that do not go through the store.
  func connection() throws -> DatabaseQueue {
    try DatabaseQueue(path: store.path)
  }
}

/// Records with plain values, of which a test changes what it is about.
enum Example {
  /// 13 July 2025, 12:34:56.789 UTC.
  static let date = Date(timeIntervalSince1970: 1_752_410_096.789)

  static let environment = EnvironmentRecord(
    hostName: "bench",
    cpuModel: "Example 9000",
    physicalCores: 4,
    logicalCores: 8,
    affinity: "0-7",
    governor: "performance",
    frequencyMegahertz: 3400.5,
    loadAverage: 0.25,
    memoryTotalBytes: 64_000_000_000,
    memoryAvailableBytes: 60_000_000_000,
    operatingSystem: "Debian 12",
    kernel: "6.1.0",
    compiler: "Swift 6.3",
    packageVersion: "0.1.0",
    sourceCommit: "abc123",
    buildConfiguration: .release,
    kernelSet: "avx2"
  )

  static let run = RunRecord(
    startedAt: date,
    finishedAt: date.addingTimeInterval(90),
    commandLine: "specbench run --decoders vanilla",
    modelName: "toy-llama",
    modelPath: "models/toy",
    modelHash: "0123456789abcdef0123",
    tokenizerHash: "fedcba9876543210",
    architecture: "LlamaForCausalLM",
    parameters: 6_738_000_000,
    weightType: "bf16",
    storedWeightType: "f32",
    threads: 2,
    suiteName: "demo",
    suiteVersion: "1",
    suiteHash: "aaaabbbbccccdddd",
    suitePath: "Suites/demo",
    repeats: 3,
    maxNewTokens: 64,
    contextLength: 2048,
    seed: 7,
    options: #"{"temperature":0}"#
  )

  static func decoder(_ ordinal: Int, _ name: String, method: String? = nil, added: Int = 0) -> DecoderRecord {
    DecoderRecord(
      ordinal: ordinal,
      name: name,
      method: method ?? name,
      spec: "\(method ?? name):steps=6",
      settings: #"{"steps":6}"#,
      addedParameters: added
    )
  }

  static func prompt(_ ordinal: Int, _ category: String, question: Int, turn: Int = 0) -> PromptRecord {
    PromptRecord(
      ordinal: ordinal,
      questionID: question,
      turn: turn,
      category: category,
      subcategory: category,
      promptTokens: 12,
      idsHash: "hash \(ordinal)"
    )
  }

  static func skipped(_ ordinal: Int, _ category: String, reason: String) -> PromptRecord {
    var prompt = prompt(ordinal, category, question: 100 + ordinal)
    prompt.skipReason = reason
    return prompt
  }

  static func generation(decoder: Int64, prompt: Int64, repeatIndex: Int = 0, decode: Int = 4000) -> GenerationRecord {
    GenerationRecord(
      decoderID: decoder,
      promptID: prompt,
      repeatIndex: repeatIndex,
      ordinal: 0,
      startedAt: date,
      prefillNanoseconds: 1000,
      decodeNanoseconds: decode,
      outputTokens: 3,
      outputIDs: [1, 2, 3],
      text: "text",
      stopReason: .endToken
    )
  }
}

/// A run whose cycles, tokens and times are random: four decoders, four categories, conversations of two turns, three
/// repeats, skipped prompts and some outputs that differ.
struct RandomRun {
  static let categories = ["mt_bench", "translation", "qa", "rag"]
  static let decoders = ["vanilla", "vanilla-2", "kangaroo", "medusa"]

  let run: Int64

  /// Writes a run that follows from the seed; `share` is the part of its generations that is recorded.
  init(
    in store: BenchmarkStore,
    seed: UInt64,
    share: Double = 1,
    record: RunRecord = Example.run,
    mismatches: Bool = true,
    prompts: [PromptRecord] = RandomRun.prompts
  ) throws {
    var random = SplitMix64(seed: seed)
    let identifiers = try store.beginRun(
      record,
      environment: Example.environment,
      decoders: [
        Example.decoder(0, "kangaroo", added: 67_108_864), Example.decoder(1, "vanilla"),
        Example.decoder(2, "medusa", added: 1_250), Example.decoder(3, "vanilla-2", method: "vanilla"),
      ],
      prompts: prompts
    )
    run = identifiers.run
    // An output that does not differ is vanilla's: it has as many tokens in every repeat.
    let lengths = prompts.map { _ in Int.random(in: 1..<26, using: &random) }
    for repeatIndex in 0..<record.repeats {
      for (place, promptID) in identifiers.prompts.enumerated() where prompts[place].skipReason == nil {
        for (index, decoderID) in identifiers.decoders.enumerated()
        where Double.random(in: 0..<1, using: &random) < share {
          let differs = mismatches && index != 1 && Int.random(in: 0..<12, using: &random) == 0
          var (generation, cycles, tokens) = Self.sample(
            longestDraft: index.isMultiple(of: 2) ? index + 2 : 0,
            tokens: lengths[place] + (differs ? Int.random(in: 1..<9, using: &random) : 0),
            &random
          )
          generation.decoderID = decoderID
          generation.promptID = promptID
          generation.repeatIndex = repeatIndex
          if index != 1 {
            generation.lossless = !differs
            generation.mismatchPosition = differs ? 2 : nil
            generation.expectedToken = differs ? 17 : nil
            generation.foundToken = differs && index == 0 ? 18 : nil
          }
          try store.record(generation, cycles: cycles, tokens: tokens)
        }
      }
    }
  }

  static let prompts = [
    Example.prompt(0, "mt_bench", question: 81), Example.prompt(0, "mt_bench", question: 81, turn: 1),
    Example.prompt(1, "mt_bench", question: 82), Example.prompt(1, "mt_bench", question: 82, turn: 1),
    Example.prompt(2, "qa", question: 200), Example.prompt(3, "qa", question: 201),
    Example.prompt(4, "qa", question: 202), Example.prompt(5, "rag", question: 300),
    Example.prompt(6, "rag", question: 301), Example.prompt(7, "translation", question: 400),
    Example.skipped(8, "rag", reason: "longer than the context"), Example.skipped(9, "rag", reason: "empty"),
    Example.skipped(10, "summarization", reason: "longer than the context"),
  ]

  private static func sample(
    longestDraft longest: Int,
    tokens count: Int,
    _ random: inout SplitMix64
  ) -> (GenerationRecord, [CycleRecord], [TokenRecord]) {
    let prefill = Int.random(in: 1_000_000..<9_000_000, using: &random)
    var now = prefill
    var tokens = [TokenRecord(tokenID: 5, cycle: nil, availableNanoseconds: now)]
    var cycles: [CycleRecord] = []
    while tokens.count < count {
      let ordinal = cycles.count
      let drafted = longest == 0 ? 0 : Int.random(in: 0...longest, using: &random)
      let accepted = Int.random(in: 0...drafted, using: &random)
      var cycle = CycleRecord(
        drafted: drafted,
        nodes: drafted * Int.random(in: 1...3, using: &random),
        accepted: accepted,
        acceptLength: accepted + 1,
        emitted: min(accepted + 1, count - tokens.count),
        draftNanoseconds: longest == 0 ? 0 : Int.random(in: 1000..<400_000, using: &random),
        verifyNanoseconds: Int.random(in: 500_000..<2_000_000, using: &random) * (longest == 0 ? 2 : 1),
        overheadNanoseconds: Int.random(in: 100..<5000, using: &random)
      )
      // One decoder has a draft vocabulary.
      if longest == 4 { cycle.outsideVocabulary = accepted < drafted ? drafted % 2 : 0 }
      now += cycle.draftNanoseconds + cycle.verifyNanoseconds + cycle.overheadNanoseconds + 37
      cycles.append(cycle)
      tokens += (0..<cycle.emitted).map { _ in TokenRecord(tokenID: 6, cycle: ordinal, availableNanoseconds: now) }
    }
    var generation = Example.generation(decoder: 0, prompt: 0, decode: now - prefill)
    generation.prefillNanoseconds = prefill
    generation.outputTokens = tokens.count
    generation.outputIDs = tokens.map(\.tokenID)
    return (generation, cycles, tokens)
  }
}
