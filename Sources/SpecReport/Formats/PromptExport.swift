import SpecCore
import SpecFiles
import SpecStore

/// What each prompt of a run was, to the letter, as JSON lines that `specbench decode` reads.
package enum PromptExport {
  /// One prompt.
  private struct Line: Encodable {
    let id: JSONValue
    let turn: Int
    let category: String
    let prompt: String
    let promptIDs: [Int]

    enum CodingKeys: String, CodingKey {
      case id, turn, category, prompt
      case promptIDs = "prompt_ids"
    }
  }

  /// Renders the prompts that were decoded, in the order of the run.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Returns: the file `prompts.jsonl`.
  /// - Throws: a `StoreError`, ``NoPromptsStored``, or `EncodingError`.
  package static func render(store: BenchmarkStore, run: Int64) throws -> ExportedFile {
    let lines = try store.prompts(of: run).sorted { $0.ordinal < $1.ordinal }.compactMap { prompt in
      guard let text = prompt.text, let ids = prompt.tokenIDs else { return nil as String? }
      return try JSONText.line(
        Line(
          id: prompt.writtenID == nil ? .integer(prompt.questionID) : .text(prompt.record.questionText),
          turn: prompt.turn,
          category: prompt.category,
          prompt: text,
          promptIDs: ids
        )
      ) + "\n"
    }
    guard !lines.isEmpty else { throw NoPromptsStored(database: store.path, run: run) }
    return ExportedFile(name: "prompts.jsonl", text: lines.joined())
  }
}

/// A run whose prompts were not noted.
package struct NoPromptsStored: Error, CustomStringConvertible {
  let database: String
  let run: Int64

  /// One sentence.
  package var description: String {
    "\(printablePath(database)): run \(run) holds no prompts, since none was decoded, an older version measured it, or it was "
      + "imported; name another run"
  }
}
