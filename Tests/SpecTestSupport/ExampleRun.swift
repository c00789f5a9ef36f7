import Foundation
import SpecCore
import SpecStore

package enum Example {
  package static let categories = Category.tasks.map(\.rawValue)
  /// 13 July 2025, 12:34:56.789 UTC.
  package static let date = Date(timeIntervalSince1970: 1_752_410_096.789)

  package static let environment = EnvironmentRecord(
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
    kernel: "6.1",
    compiler: "Swift 6.3",
    packageVersion: "0.1.0",
    sourceCommit: "abc123",
    buildConfiguration: .release,
    kernelSet: "avx2",
    warnings: ["load average 3.5", "governor \"powersave\""]
  )

  package static let run = RunRecord(
    startedAt: date,
    commandLine: "specbench run --decoders vanilla",
    modelName: "demo",
    modelPath: "/models/demo",
    modelHash: "m1",
    tokenizerHash: "t1",
    architecture: "llama",
    parameters: 1_000_000,
    weightType: "bf16",
    threads: 2,
    suiteName: "demo",
    suiteVersion: "1",
    suiteHash: "s1",
    suitePath: "Suites/demo",
    repeats: 3,
    maxNewTokens: 64,
    contextLength: 2048,
    seed: 7,
    options: #"{"temperature":0}"#
  )

  package static func decoder(_ ordinal: Int, _ name: String, method: String? = nil) -> DecoderRecord {
    DecoderRecord(
      ordinal: ordinal,
      name: name,
      method: method ?? name,
      spec: "\(name):steps=6",
      settings: #"{"steps":6}"#,
      addedParameters: 1000 * ordinal
    )
  }

  package static func prompt(
    _ ordinal: Int,
    question: Int? = nil,
    turn: Int = 0,
    category: String,
    skipReason: String? = nil
  ) -> PromptRecord {
    PromptRecord(
      ordinal: ordinal,
      questionID: question ?? 100 + ordinal,
      turn: turn,
      category: category,
      subcategory: "\(category) sub",
      promptTokens: 12,
      idsHash: "hash \(ordinal)",
      skipReason: skipReason
    )
  }

  package static func generation(
    _ decoder: Int64,
    _ prompt: Int64,
    repeatIndex: Int = 0,
    prefill: Int = 1000,
    decode: Int = 4000,
    tokens: Int = 3,
    lossless: Bool? = nil
  ) -> GenerationRecord {
    GenerationRecord(
      decoderID: decoder,
      promptID: prompt,
      repeatIndex: repeatIndex,
      ordinal: 0,
      startedAt: date,
      prefillNanoseconds: prefill,
      decodeNanoseconds: decode,
      outputTokens: tokens,
      outputIDs: Array(0..<tokens),
      text: "text",
      stopReason: .endToken,
      lossless: lossless
    )
  }

  /// A cycle that drafts a chain, or a tree when it verifies more nodes than its depth.
  package static func cycle(
    drafted: Int,
    nodes: Int? = nil,
    accepted: Int,
    emitted: Int? = nil,
    draft: Int = 0,
    verify: Int = 0,
    overhead: Int = 0
  ) -> CycleRecord {
    CycleRecord(
      drafted: drafted,
      nodes: nodes ?? drafted,
      accepted: accepted,
      acceptLength: accepted + 1,
      emitted: emitted ?? accepted + 1,
      draftNanoseconds: draft,
      verifyNanoseconds: verify,
      overheadNanoseconds: overhead
    )
  }

  package static func tokens(_ available: [Int]) -> [TokenRecord] {
    available.enumerated().map { position, time in
      TokenRecord(tokenID: position, cycle: position == 0 ? nil : position - 1, availableNanoseconds: time)
    }
  }
}

/// A database with one run.
package struct ExampleRun {
  package let folder: TemporaryFolder
  package let store: BenchmarkStore
  package let identifiers: RunIdentifiers
  package var run: Int64 { identifiers.run }
  package var decoders: [Int64] { identifiers.decoders }
  package var prompts: [Int64] { identifiers.prompts }

  package init(decoders: [DecoderRecord], prompts: [PromptRecord]) throws {
    folder = try TemporaryFolder()
    store = try BenchmarkStore(creatingAt: folder.database)
    identifiers = try store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: decoders,
      prompts: prompts
    )
  }

  /// Vanilla and Kangaroo with one prompt of each given category.
  package init(categories: [String] = ["qa"]) throws {
    try self.init(
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo")],
      prompts: categories.enumerated().map { Example.prompt($0, category: $1) }
    )
  }

  /// A first cycle that ran the prompt: three tokens came with the prefill, in a cycle without times of its own.
  package func recordPrefillCycle(repeatIndex: Int = 0) throws {
    var generation = Example.generation(
      decoders[1],
      prompts[0],
      repeatIndex: repeatIndex,
      prefill: 1000,
      decode: 400,
      tokens: 7
    )
    (generation.prefillTokens, generation.prefillCycles) = (3, 1)
    let cycles = [
      Example.cycle(drafted: 2, accepted: 2),
      Example.cycle(drafted: 2, accepted: 1, draft: 50, verify: 150),
      Example.cycle(drafted: 2, accepted: 1, draft: 50, verify: 150),
    ]
    let tokens = zip([0, 0, 0, 1, 1, 2, 2], [1000, 1000, 1000, 1200, 1200, 1400, 1400]).map {
      TokenRecord(tokenID: 1, cycle: $0, availableNanoseconds: $1)
    }
    try store.record(generation, cycles: cycles, tokens: tokens)
  }
}
