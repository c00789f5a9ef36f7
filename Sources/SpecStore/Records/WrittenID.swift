import Foundation

extension PromptRecord {
  /// The question's id as people read it.
  package var questionText: String { idText(questionID, written: writtenID) }
}

extension Mismatch {
  /// The question's id as people read it.
  package var questionText: String { idText(questionID, written: writtenID) }
}

/// The text of an id: a string without its quotes, a number as it is written.
private func idText(_ number: Int, written: String?) -> String {
  guard let written else { return String(number) }
  return (try? JSONDecoder().decode(String.self, from: Data(written.utf8))) ?? written
}
