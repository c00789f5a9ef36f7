import Foundation
import SpecFiles
import SpecStore

/// Makes a run out of Spec-Bench's `model_answer` files, for reports and comparisons. What the files do not hold stays
/// unknown: token ids, the environment, drafted tokens, and the times of prefill and cycles.
public struct SpecBenchImport {
  private let files: [(path: String, answers: SpecBenchAnswers)]
  private let suiteHash: String

  /// Reads and checks all files before anything is written.
  ///
  /// - Parameters:
  ///   - vanilla: the baseline's file.
  ///   - others: the other decoders' files.
  /// - Throws: ``SpecBenchImportError``.
  public init(vanilla: String, others: [String]) throws {
    var files: [(path: String, answers: SpecBenchAnswers)] = []
    var hash = SHA256()
    for path in [vanilla] + others {
      files.append((path, try SpecBenchAnswers(path: path)))
    }
    for answer in files.first?.answers.answers ?? [] {
      Array("\(answer.questionID);".utf8).withUnsafeBytes { hash.update($0) }
    }
    self.files = files
    suiteHash = hash.hexDigest()
  }

  /// Writes the run.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - modelName: what to call the model.
  ///   - commandLine: for the record.
  /// - Returns: the run's id.
  /// - Throws: `StoreError`.
  public func write(to store: BenchmarkStore, modelName: String, commandLine: String) throws -> Int64 {
    let identifiers = try store.beginRun(
      run(modelName: modelName, commandLine: commandLine),
      environment: Self.unknownEnvironment,
      decoders: decoders,
      prompts: prompts.map(\.record)
    )
    let ids = Dictionary(uniqueKeysWithValues: zip(prompts.map(\.key), identifiers.prompts))
    let references = references
    for (index, file) in files.enumerated() {
      for answer in file.answers.answers {
        for (pass, choice) in answer.choices.enumerated() {
          let place = Place(decoder: identifiers.decoders[index], question: answer.questionID, pass: pass)
          // The baseline's first texts are what the others are compared with.
          let compared = index == 0 && pass == 0 ? [:] : references
          try write(choice, at: place, prompts: ids, references: compared, to: store)
        }
      }
    }
    try store.finishRun(identifiers.run, at: Date())
    return identifiers.run
  }

  /// Where a choice belongs.
  private struct Place {
    let decoder: Int64
    let question: Int
    let pass: Int
  }

  /// One turn of one question.
  private struct Turn: Hashable {
    let question: Int
    let turn: Int
  }

  private func write(
    _ choice: SpecBenchAnswers.Choice,
    at place: Place,
    prompts: [Turn: Int64],
    references: [Turn: String],
    to store: BenchmarkStore
  ) throws {
    let lengths = choice.acceptLengthsByTurn
    for turn in choice.turns.indices {
      let key = Turn(question: place.question, turn: turn)
      guard let prompt = prompts[key] else { continue }
      var row = GenerationRecord(
        decoderID: place.decoder,
        promptID: prompt,
        pass: place.pass,
        ordinal: 0,
        startedAt: Date(timeIntervalSince1970: 0),
        prefillNanoseconds: 0,
        decodeNanoseconds: Int(choice.wallTimes[turn] * 1e9),
        outputTokens: choice.newTokens[turn],
        outputIDs: [],
        text: choice.turns[turn],
        stopReason: .endToken
      )
      if let expected = references[key] {
        let same = zip(row.text.unicodeScalars, expected.unicodeScalars).prefix { $0 == $1 }.count
        row.lossless = row.text == expected
        row.mismatchPosition = row.lossless == true ? nil : same
      }
      let cycles = lengths[turn].map { length in
        CycleRecord(
          drafted: max(length - 1, 0),
          nodes: max(length - 1, 0),
          accepted: max(length - 1, 0),
          acceptLength: length,
          emitted: length,
          draftNanoseconds: 0,
          verifyNanoseconds: 0,
          overheadNanoseconds: 0
        )
      }
      try store.record(row, cycles: cycles, tokens: [])
    }
  }

  /// The baseline's first text of each turn.
  private var references: [Turn: String] {
    var references: [Turn: String] = [:]
    for answer in files.first?.answers.answers ?? [] {
      for (turn, text) in (answer.choices.first?.turns ?? []).enumerated() {
        references[Turn(question: answer.questionID, turn: turn)] = text
      }
    }
    return references
  }

  /// Every turn that any file has, in the order in which they come.
  private var prompts: [(key: Turn, record: PromptRecord)] {
    var known = Set<Turn>()
    var prompts: [(key: Turn, record: PromptRecord)] = []
    for answer in files.flatMap(\.answers.answers) {
      for turn in 0..<(answer.choices.map(\.turns.count).max() ?? 0) {
        let key = Turn(question: answer.questionID, turn: turn)
        guard known.insert(key).inserted else { continue }
        let record = PromptRecord(
          ordinal: prompts.count,
          questionID: answer.questionID,
          writtenID: answer.id.written,
          turn: turn,
          category: answer.category.rawValue,
          subcategory: answer.subcategory,
          promptTokens: 0,
          idsHash: ""
        )
        prompts.append((key, record))
      }
    }
    return prompts
  }

  private var decoders: [DecoderRecord] {
    var uses: [String: Int] = [:]
    return files.enumerated().map { index, file in
      let stem = URL(fileURLWithPath: file.path).deletingPathExtension().lastPathComponent
      let title = file.answers.modelID.isEmpty ? stem : file.answers.modelID
      let name = index == 0 ? "vanilla" : title
      uses[name, default: 0] += 1
      let use = uses[name, default: 1]
      return DecoderRecord(
        ordinal: index,
        name: use == 1 ? name : "\(name)-\(use)",
        method: index == 0 ? "vanilla" : "imported",
        spec: title
      )
    }
  }

  private func run(modelName: String, commandLine: String) -> RunRecord {
    let passes = files.flatMap(\.answers.answers).map(\.choices.count).max() ?? 1
    return RunRecord(
      startedAt: Date(),
      commandLine: commandLine,
      modelName: modelName,
      modelPath: "",
      modelHash: "",
      tokenizerHash: "",
      architecture: "",
      parameters: 0,
      weightType: "",
      threads: 0,
      suiteName: "Spec-Bench",
      suiteVersion: "",
      suiteHash: suiteHash,
      suitePath: "",
      passes: passes,
      maxNewTokens: 0,
      contextLength: 0,
      seed: 0,
      origin: .specBench
    )
  }

  private static let unknownEnvironment = EnvironmentRecord(
    hostName: "",
    cpuModel: "",
    physicalCores: 0,
    logicalCores: 0,
    affinity: "",
    memoryTotalBytes: 0,
    memoryAvailableBytes: 0,
    operatingSystem: "",
    kernel: "",
    compiler: "",
    packageVersion: RunEnvironment.packageVersion,
    buildConfiguration: .release,
    kernelSet: ""
  )
}
