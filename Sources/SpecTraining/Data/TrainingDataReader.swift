import Foundation
import SpecFiles

/// Reads the files that a user gives to train on.
///
/// The name decides: `.jsonl` and `.json` have one record in each line or one list of records, and any other file is one
/// text in UTF-8. A record is an object with one of these fields:
/// - `text`: running text;
/// - `turns`: what the user says, as in Spec-Bench's questions, without answers;
/// - `conversations`: turns as in ShareGPT, objects of `from` (`human`, `gpt`, …) and `value`;
/// - `messages`: turns as chat interfaces take them, objects of `role` and `content`.
package enum TrainingDataReader {
  /// The most bytes of a file.
  private static let byteLimit = 2 << 30

  private typealias Field = JSONField<TrainingDataError>
  private typealias Input = InputFile<TrainingDataError>

  static let fields = "\"text\", \"turns\", \"conversations\" and \"messages\""

  /// The documents of files, in order.
  ///
  /// - Parameter paths: the files.
  /// - Returns: at least one document for each file.
  /// - Throws: ``TrainingDataError`` for the first thing that is wrong.
  package static func read(_ paths: [String]) throws(TrainingDataError) -> [TrainingDocument] {
    var documents: [TrainingDocument] = []
    for path in paths { documents += try read(path) }
    return documents
  }

  private static func read(_ path: String) throws(TrainingDataError) -> [TrainingDocument] {
    let documents =
      switch URL(fileURLWithPath: path).pathExtension.lowercased() {
      case "jsonl", "json": try records(of: path)
      default: try text(of: path)
      }
    guard !documents.isEmpty else { throw .empty(file: path) }
    return documents
  }

  private static func text(of path: String) throws(TrainingDataError) -> [TrainingDocument] {
    let text = try Input.text(of: path, limit: byteLimit)
    return isBlank(text) ? [] : [.text(text)]
  }

  private static func records(of path: String) throws(TrainingDataError) -> [TrainingDocument] {
    try Field.records(of: path, limit: byteLimit).map { record throws(TrainingDataError) in
      let entry = record.number == record.line ? "" : ", entry \(record.number)"
      return try document(record.field, place: "line \(record.line)\(entry)")
    }
  }

  private static func document(_ record: Field, place: String) throws(TrainingDataError) -> TrainingDocument {
    if let text = try record.member("text").unlessNull?.string(), !isBlank(text) { return .text(text) }
    var turns: [TrainingTurn] = []
    if let field = try record.member("turns").unlessNull {
      for turn in try field.elements() { turns.append(TrainingTurn(.user, try turn.string())) }
    } else if let conversation = try record.conversation() {
      turns = conversation
    }
    guard turns.contains(where: { !isBlank($0.text) }) else { throw .noText(file: record.file, place: place) }
    return .conversation(turns)
  }

  private static func isBlank(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 == 0x20 || 0x09...0x0D ~= $0 }
  }
}
