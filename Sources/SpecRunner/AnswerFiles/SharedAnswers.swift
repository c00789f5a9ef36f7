import SpecCore
import SpecFiles
import SpecSuite

/// What several files of answers have in common, and what they do not: only the same turns of the same questions, as often
/// answered, can stand beside each other.
struct SharedAnswers {
  typealias File = (path: String, answers: ImportedAnswers)

  /// A question that all files have.
  struct Question {
    let id: QuestionID
    let category: Category
    let subcategory: String
    /// Turns that all files' choices have.
    let turns: Int
  }

  /// In the order of the first file.
  private(set) var questions: [Question] = []
  /// Choices that every file has of every question.
  private(set) var choices = 0
  /// What speaks against comparing the files, one sentence each.
  private(set) var doubts: [String] = []
  /// What was taken for granted and changes no number, one sentence each.
  private(set) var remarks: [String] = []

  /// - Parameters:
  ///   - files: the baseline's first.
  ///   - category: that of questions for which no file has one and whose number is none of Spec-Bench's.
  /// - Throws: ``ImportError``.
  init(_ files: [File], category: String?) throws(ImportError) {
    let maps = files.map { file in
      Dictionary(file.answers.answers.map { ($0.questionID, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let order = (files.first?.answers.answers ?? []).map(\.questionID).filter { id in
      maps.allSatisfy { $0[id] != nil }
    }
    guard !order.isEmpty else { throw .nothingShared(files: files.map(\.path)) }
    var (numbered, unnamed, conflicts) = (0, 0, 0)
    for id in order {
      let answers = maps.compactMap { $0[id] }
      let names = answers.compactMap(\.category)
      let number = Category.specBenchName(ofQuestion: id)
      let name = names.first ?? number ?? category ?? Category.unnamed.rawValue
      if names.isEmpty { if number != nil { numbered += 1 } else if category == nil { unnamed += 1 } }
      if Set(names).count > 1 { conflicts += 1 }
      guard let first = answers.first else { continue }
      questions.append(
        Question(
          id: first.id,
          category: Category(questionCategory: name) ?? .unnamed,
          subcategory: name,
          turns: answers.flatMap(\.choices).map(\.turns.count).min() ?? 0
        )
      )
    }
    choices = order.flatMap { id in maps.compactMap { $0[id]?.choices.count } }.min() ?? 0
    doubts =
      Self.differences(files) + leftOut(maps) + files.compactMap { Self.contradictions($0) } + otherPrompts(files, maps)
    for file in files {
      doubts += file.answers.doubts.map { "\(file.path): \($0)" }
      remarks += file.answers.remarks.map { "\(file.path): \($0)" }
    }
    if numbered > 0 {
      remarks.append(
        "The category of \(quantity(numbered, "question")) follows from the number, as Spec-Bench counts them."
      )
    }
    if unnamed > 0 {
      remarks.append(
        "\(quantity(unnamed, "question")) without a category \(unnamed == 1 ? "is" : "are") put in "
          + "'\(Category.unnamed.rawValue)': --category gives another."
      )
    }
    if conflicts > 0 {
      doubts.append(
        "The files give \(quantity(conflicts, "question")) different categories: the first file's are taken."
      )
    }
  }

  /// Questions that the baseline has and another file has not, and the other way round.
  private static func differences(_ files: [File]) -> [String] {
    guard let baseline = files.first else { return [] }
    let its = baseline.answers.answers.map(\.id)
    return files.dropFirst().compactMap { file -> String? in
      let own = file.answers.answers.map(\.id)
      let parts = [(without(its, own), baseline.path), (without(own, its), file.path)].filter { !$0.0.isEmpty }
      guard !parts.isEmpty else { return nil }
      let counts = parts.map { "\(quantity($0.0.count, "question")) only in \($0.1) (\(list($0.0)))" }
      return
        "\(file.path) and \(baseline.path) do not hold the same questions: \(counts.joined(separator: ", ")); only shared "
        + "ones are compared."
    }
  }

  /// The ids that others do not have. One file may write a number as a text, or with a fraction of zero.
  private static func without(_ ids: [QuestionID], _ others: [QuestionID]) -> Set<QuestionID> {
    let known = Set(others.map(\.key))
    return Set(ids.filter { !known.contains($0.key) })
  }

  /// Turns and choices of shared questions that not all files have.
  private func leftOut(_ maps: [[Int: ImportedAnswers.Answer]]) -> [String] {
    var notes: [String] = []
    let uneven = questions.filter { question in
      maps.contains { $0[question.id.key]?.choices.contains { $0.turns.count > question.turns } == true }
    }
    if let first = uneven.first {
      notes.append(
        "\(quantity(uneven.count, "question")) with more turns in one file than in another, the first of them \(first.id.written == nil ? first.id.text : quoted(first.id.text)): only the "
          + "turns that all have are compared."
      )
    }
    let most = questions.flatMap { question in maps.compactMap { $0[question.id.key]?.choices.count } }.max() ?? 0
    if most > choices {
      notes.append(
        "Some questions have \(most) choices and others \(choices): only the first \(choices) of each are compared."
      )
    }
    return notes
  }

  /// Questions whose prompts have other lengths in another file: what is told by its place may not be the same question.
  private func otherPrompts(_ files: [File], _ maps: [[Int: ImportedAnswers.Answer]]) -> [String] {
    zip(files, maps).dropFirst().compactMap { file, map -> String? in
      let other = questions.filter { question in
        let counts = [maps[0], map].map { $0[question.id.key]?.choices.first?.promptTokens?.prefix(question.turns) }
        return counts[0] != nil && counts[1] != nil && counts[0] != counts[1]
      }
      guard let first = other.first else { return nil }
      return
        "\(quantity(other.count, "question")), the first of them \(first.id.text), with prompts of other lengths in \(file.path) "
        + "than in \(files[0].path): they may not be the same questions."
    }
  }

  /// The lines of a file whose counts do not fit together.
  private static func contradictions(_ file: File) -> String? {
    let lines = file.answers.answers.flatMap { answer in
      answer.choices.compactMap(\.contradiction).map { (line: answer.line, text: $0) }
    }
    guard let first = lines.first else { return nil }
    let more = Set(lines.map(\.line)).count - 1
    let others = more > 0 ? ", and \(quantity(more, "more line")) like it" : ""
    return "\(file.path), line \(first.line)\(others): \(first.text); the counts are taken as they are."
  }

  /// Some ids, shortened: numbers as ranges, texts in quotes.
  private static func list(_ ids: Set<QuestionID>) -> String {
    let numbers = ids.filter { $0.written == nil }.map(\.key).sorted()
    let texts = ids.filter { $0.written != nil }.map { quoted($0.text) }.sorted()
    let list = ([rangesText(numbers)].filter { !$0.isEmpty } + texts).joined(separator: ",")
    return list.count > 60 ? String(list.prefix(60)) + "…" : list
  }
}
