import Foundation
import SpecCore
import SpecFiles
import SpecStore

/// A run of which no question is measured with all its turns.
package struct NothingToExport: Error, CustomStringConvertible {
  let database: String
  let run: Int64
  let isFinished: Bool

  /// One sentence.
  package var description: String {
    "\(printablePath(database)): run \(run) holds no question with all its turns, so that there is nothing to write; "
      + (isFinished ? "" : "go on with it with 'specbench run --resume', or ") + "name another run"
  }
}

/// A file of an export.
package struct ExportedFile: Sendable {
  /// The file's name.
  package let name: String
  /// JSON lines.
  package let text: String
}

/// A run in the format of Spec-Bench's `model_answer` files.
package enum SpecBenchExport {

  /// Renders a run: one file for each decoder, the noise floor left out. Every repeat is a choice; Spec-Bench's scripts
  /// read the first. A repeat of a question counts once all its turns are there.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Returns: the files, vanilla's first.
  /// - Throws: a `StoreError`, ``NothingToExport``, or `EncodingError`.
  package static func render(store: BenchmarkStore, run: Int64) throws -> [ExportedFile] {
    let record = try store.run(run)
    try store.checkNumbers(of: run)
    try store.checkNumbersOfMany(of: run)
    let prompts = Dictionary(uniqueKeysWithValues: try store.prompts(of: run).map { ($0.id, $0.record) })
    let turns = WholeConversations.turns(of: prompts.values, record.record)
    let generations = Dictionary(grouping: try store.generations(of: run), by: \.decoderID)
    var names: Set<String> = []
    let files = try store.decoders(of: run).filter { !$0.isNoiseFloor }.map { decoder in
      let name = "\(record.modelName)-\(decoder.name)"
      let lines = try answers(generations[decoder.id] ?? [], prompts: prompts, turns: turns, store: store).map {
        answer in
        try line(answer, name: name, date: record.startedAt)
      }
      return ExportedFile(name: fileName(name, besides: &names) + ".jsonl", text: lines.map { $0 + "\n" }.joined())
    }
    guard files.contains(where: { !$0.text.isEmpty }) else {
      throw NothingToExport(database: store.path, run: run, isFinished: record.finishedAt != nil)
    }
    return files
  }

  /// One question with the turns of each repeat.
  private struct Answer {
    var prompt: PromptRecord
    var category: String
    var repeats: [[(generation: GenerationRecord, acceptLengths: [Int])]]
  }

  private static func answers(
    _ generations: [Stored<GenerationRecord>],
    prompts: [Int64: PromptRecord],
    turns: [Int: Int],
    store: BenchmarkStore
  ) throws -> [Answer] {
    let byQuestion = Dictionary(grouping: generations) { prompts[$0.promptID]?.questionID }
    let questions = byQuestion.values.compactMap { own in
      own.first.flatMap { prompts[$0.promptID] }.map { (prompt: $0, own: own) }
    }
    // Integers by their size; where an id is a text, as the questions come in the run.
    let areNumbers = questions.allSatisfy { $0.prompt.writtenID == nil }
    let place = { (prompt: PromptRecord) in areNumbers ? prompt.questionID : prompt.ordinal }
    return try questions.sorted { place($0.prompt) < place($1.prompt) }.compactMap { prompt, own in
      let repeats = Dictionary(grouping: own, by: \.repeatIndex).filter { $0.value.count == turns[prompt.questionID] }
        .sorted { $0.key < $1.key }.map(\.value)
      if repeats.isEmpty { return nil }
      return Answer(
        prompt: prompt,
        category: prompt.subcategory,
        repeats: try repeats.map { turns in
          try turns.sorted { (prompts[$0.promptID]?.turn ?? 0) < (prompts[$1.promptID]?.turn ?? 0) }.map {
            ($0.record, try store.cycles(of: $0.id).map(\.acceptLength))
          }
        }
      )
    }
  }

  private static func line(_ answer: Answer, name: String, date: Date) throws -> String {
    let choices = try answer.repeats.enumerated().map { index, turns -> JSONValue in
      [
        "index": .integer(index),
        "turns": .array(turns.map { .text($0.generation.text) }),
        "decoding_steps": .array(turns.map { .integer($0.acceptLengths.count) }),
        "new_tokens": .array(turns.map { .integer($0.generation.outputTokens) }),
        "wall_time": .array(turns.map { .number($0.generation.seconds) }),
        "accept_lengths": try JSONValue(encoding: turns.flatMap(\.acceptLengths)),
      ]
    }
    let value: JSONValue = [
      "question_id": .question(answer.prompt.questionID, written: answer.prompt.writtenID),
      "category": .text(answer.category),
      "answer_id": .text("\(name)-\(answer.prompt.questionText)"),
      "model_id": .text(name),
      "choices": .array(choices),
      "tstamp": .number(date.timeIntervalSince1970),
    ]
    return try JSONText.line(value)
  }

  /// A name of a file that no other one has, whether or not upper and lower case are told apart.
  private static func fileName(_ name: String, besides others: inout Set<String>) -> String {
    let base = FileNameText.name(name)
    var unique = base
    var number = 1
    while !others.insert(unique.lowercased()).inserted {
      number += 1
      unique = "\(base)-\(number)"
    }
    return unique
  }
}

extension GenerationRecord {
  fileprivate var seconds: Double { Double(prefillNanoseconds + decodeNanoseconds) / 1e9 }
}
