import SpecFiles
import SpecStore
import SpecSuite

/// Whether the suite that a bundle carries is the one that was measured.
struct SuiteAgreement {
  let files: [String: [UInt8]]
  let record: RunRecord

  /// What does not agree.
  ///
  /// - Parameter prompts: the run's.
  /// - Returns: one sentence each.
  func problems(_ prompts: [PromptRecord]) -> [String] {
    let manifest = BundleLayout.suite + SuiteManifest.fileName
    let others = files.keys.filter { $0.hasPrefix(BundleLayout.suite) && $0 != manifest }.sorted()
    guard others.count == 1, let questions = files[others[0]] else {
      return ["the suite has \(quantity(others.count, "file")) of questions instead of one"]
    }
    var problems: [String] = []
    if SuiteContents.hash([files[manifest], questions].compactMap(\.self)) != record.suiteHash {
      problems.append("the suite's files are not those that the run names by their hash")
    }
    do throws(SuiteError) {
      let asked = Dictionary(try QuestionFile.parse(questions, place: others[0]).map { ($0.questionID, $0) }) {
        first,
        _ in
        first
      }
      problems += prompts.compactMap { problem($0, asked) }
    } catch {
      problems.append("\(error)")
    }
    return problems
  }

  private func problem(_ prompt: PromptRecord, _ questions: [Int: Question]) -> String? {
    let place = "question \(prompt.questionText), turn \(prompt.turn + 1)"
    guard let question = questions[prompt.questionID], question.turns.indices.contains(prompt.turn) else {
      return "\(place): the suite in the bundle has no such turn"
    }
    guard question.category.rawValue == prompt.category else {
      return
        "\(place): its category is \(quoted(question.category.rawValue)) in the suite and \(quoted(prompt.category)) in the "
        + "rows"
    }
    // Templates may trim what they quote.
    guard let text = prompt.text, !bare(text).contains(bare(question.turns[prompt.turn])) else { return nil }
    return "\(place): what was asked is not what the suite in the bundle asks"
  }

  private func bare(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}
