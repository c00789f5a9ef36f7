import Foundation
import SpecCore
import SpecFiles

/// What is kept of a finished training beside its result, as `training.json`.
package struct TrainingRecord: Codable, Sendable, Equatable {
  /// How it was trained.
  package let settings: TrainingSettings
  /// SHA-256 of the documents' tokens.
  package let documents: String
  /// Numbers that were trained.
  package let parameters: Int
  /// Its course; the last point belongs to the result.
  package let points: [Trainer.Point]
  /// The result's metrics on as many documents that it learned from as were held out; nil in records of versions that did
  /// not measure them.
  package let learned: HeldOutMetrics?

  /// The file's name in the folder of the result.
  package static let fileName = "training.json"

  /// Reads the record of a finished training.
  ///
  /// - Parameter directory: the folder of the result.
  /// - Returns: the record, nil if nothing was finished there.
  /// - Throws: ``TrainingError/malformedCheckpoint(path:problem:)`` if the file is something else.
  package static func finished(in directory: String) throws(TrainingError) -> TrainingRecord? {
    let path = directory + "/" + fileName
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try JSONDecoder().decode(TrainingRecord.self, from: data)
    } catch {
      throw .malformedCheckpoint(path: path, problem: "it does not hold a training's record")
    }
  }

  /// Writes the record.
  ///
  /// - Parameter directory: the folder of the result.
  /// - Throws: `UnwritableFile`.
  package func write(to directory: String) throws {
    try WholeJSONFile.write(self, to: directory + "/" + Self.fileName)
  }
}

/// JSON files that appear whole or not at all.
enum WholeJSONFile {
  static func write(_ value: some Encodable, to path: String) throws {
    try OutputFile.write(JSONText.lines(value), to: path)
  }
}
