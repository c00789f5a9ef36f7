import Foundation
import SpecCore
import SpecFiles
import SpecStore
import SpecSuite

/// Makes a run out of other programs' result files, for reports and comparisons. What the files do not hold stays unknown:
/// token ids, the environment, drafted tokens, and the times of prefill and cycles.
package struct AnswerImport {
  private let files: [SharedAnswers.File]
  private let shared: SharedAnswers
  private let suiteName: String
  /// What a reader has to know of the files, one sentence each: what only some of them hold, and what does not fit together.
  package var notes: [String] { shared.doubts + shared.remarks }

  /// Reads and checks all files before anything is written.
  ///
  /// - Parameters:
  ///   - vanilla: the baseline's file.
  ///   - others: the other decoders' files.
  ///   - format: the format of all files; nil finds out by their content.
  ///   - category: that of questions for which no file has one and whose number is none of Spec-Bench's.
  /// - Throws: ``ImportError``.
  package init(vanilla: String, others: [String], format: String? = nil, category: Category? = nil) throws {
    var files: [SharedAnswers.File] = []
    var titles: [String] = []
    for path in [vanilla] + others {
      let (answers, title) = try AnswerFormats.read(path, as: format)
      files.append((path, answers))
      if !titles.contains(title) { titles.append(title) }
    }
    suiteName = titles.joined(separator: ", ")
    var known = Set<String>()
    for file in files where !known.insert((try? FilePlace.resolved(file.path)) ?? file.path).inserted {
      throw ImportError.repeated(file: file.path)
    }
    self.files = files
    shared = try SharedAnswers(files, category: category?.rawValue)
  }

  /// Writes the run.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - modelName: what to call the model; nil takes the first file's name for it.
  ///   - commandLine: for the record.
  /// - Returns: the run's id.
  /// - Throws: `StoreError`.
  package func write(to store: BenchmarkStore, modelName: String?, commandLine: String) throws -> Int64 {
    let identifiers = try store.beginRun(
      run(modelName: modelName ?? files.first?.answers.modelName ?? "imported", commandLine: commandLine),
      environment: environment,
      decoders: decoders,
      prompts: prompts.map(\.record)
    )
    do {
      try writeAnswers(identifiers, to: store)
      try store.finishRun(identifiers.run, at: Date())
    } catch StoreError.diskFull(let path, _) {
      throw StoreError.diskFull(path: path, kept: .partOfImport)
    }
    return identifiers.run
  }

  private func writeAnswers(_ identifiers: RunIdentifiers, to store: BenchmarkStore) throws {
    let ids = Dictionary(uniqueKeysWithValues: zip(prompts.map(\.key), identifiers.prompts))
    let references = references
    let questions = Set(shared.questions.map(\.id.key))
    for (index, file) in files.enumerated() {
      for answer in file.answers.answers where questions.contains(answer.questionID) {
        for (repeatIndex, choice) in answer.choices.prefix(shared.choices).enumerated() {
          let place = Place(decoder: identifiers.decoders[index], question: answer.questionID, repeatIndex: repeatIndex)
          // The baseline's first texts are what the others are compared with.
          let compared = index == 0 && repeatIndex == 0 ? [:] : references
          try write(choice, at: place, prompts: ids, references: compared, to: store)
        }
      }
    }
  }

  /// Where a choice belongs.
  private struct Place {
    let decoder: Int64
    let question: Int
    let repeatIndex: Int
  }

  /// One turn of one question.
  private struct Turn: Hashable {
    let question: Int
    let turn: Int
  }

  private func write(
    _ choice: ImportedAnswers.Choice,
    at place: Place,
    prompts: [Turn: Int64],
    references: [Turn: String],
    to store: BenchmarkStore
  ) throws {
    // Where the turns of cycles are not known, the first has them all.
    let lengths = choice.acceptLengthsByTurn ?? choice.turns.indices.map { $0 == 0 ? choice.acceptLengths : [] }
    for turn in choice.turns.indices {
      let key = Turn(question: place.question, turn: turn)
      guard let prompt = prompts[key] else { continue }
      var row = GenerationRecord(
        decoderID: place.decoder,
        promptID: prompt,
        repeatIndex: place.repeatIndex,
        ordinal: 0,
        startedAt: Date(timeIntervalSince1970: 0),
        prefillNanoseconds: 0,
        decodeNanoseconds: Int(((choice.wallTimes[turn] ?? 0) * 1e9).rounded()),
        outputTokens: choice.newTokens[turn],
        outputIDs: [],
        text: choice.turns[turn] ?? "",
        stopReason: .endToken,
        // The time is that of the whole turn.
        prefillTokens: 0
      )
      if let expected = references[key], choice.turns[turn] != nil {
        let same = zip(row.text.unicodeScalars, expected.unicodeScalars).prefix { $0 == $1 }.count
        // Strings take a letter with its accent and the two apart for equal.
        row.lossless = row.text.utf8.elementsEqual(expected.utf8)
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
        if let text { references[Turn(question: answer.questionID, turn: turn)] = text }
      }
    }
    return references
  }

  /// Every turn that all files have, in the order of the baseline's.
  private var prompts: [(key: Turn, record: PromptRecord)] {
    var prompts: [(key: Turn, record: PromptRecord)] = []
    for question in shared.questions {
      for turn in 0..<question.turns {
        let record = PromptRecord(
          ordinal: prompts.count,
          questionID: question.id.key,
          writtenID: question.id.written,
          turn: turn,
          category: question.category.rawValue,
          subcategory: question.subcategory,
          promptTokens: promptTokens(question.id.key, turn),
          idsHash: ""
        )
        prompts.append((Turn(question: question.id.key, turn: turn), record))
      }
    }
    return prompts
  }

  /// Tokens of a prompt as the baseline's file counts them; 0 where it does not.
  private func promptTokens(_ question: Int, _ turn: Int) -> Int {
    let answer = files.first?.answers.answers.first { $0.questionID == question }
    return answer?.choices.first?.promptTokens?[turn] ?? 0
  }

  private var decoders: [DecoderRecord] {
    var names = UniqueNames()
    return files.enumerated().map { index, file in
      let stem = URL(fileURLWithPath: file.path).deletingPathExtension().lastPathComponent
      let title = file.answers.title.isEmpty ? stem : file.answers.title
      let name = names.name(for: index == 0 ? Baseline.method : title)
      return DecoderRecord(
        ordinal: index,
        name: name,
        method: index == 0 ? Baseline.method : "imported",
        // Two files may call their models alike; comparisons find decoders by this.
        spec: index == 0 ? title : name
      )
    }
  }

  private var suiteHash: String {
    var hash = SHA256()
    for question in shared.questions { Array("\(question.id.key);".utf8).withUnsafeBytes { hash.update($0) } }
    return hash.hexDigest()
  }

  private func run(modelName: String, commandLine: String) -> RunRecord {
    RunRecord(
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
      suiteName: suiteName,
      suiteVersion: "",
      suiteHash: suiteHash,
      suitePath: "",
      repeats: shared.choices,
      maxNewTokens: 0,
      contextLength: 0,
      seed: 0,
      origin: .specBench
    )
  }

  /// Nothing is known of the machine, but what the files themselves show.
  private var environment: EnvironmentRecord {
    EnvironmentRecord(
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
      kernelSet: "",
      warnings: shared.doubts
    )
  }
}
