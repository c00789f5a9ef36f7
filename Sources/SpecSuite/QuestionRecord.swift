import SpecCore
import SpecFiles

/// One record of a question file, read as a question.
struct QuestionRecord {
  let question: Question
  /// Whether the record has no id, so that its number stands for it.
  let isNumbered: Bool
  /// Whether a system message stands before the first turn.
  let hasSystemMessage: Bool
  /// What becomes of choices that the record has; nil where it has none.
  let choices: ChoiceUse?

  /// What becomes of a question's choices.
  enum ChoiceUse {
    /// They stand after the question.
    case asked
    /// The record has turns, which are asked as they are.
    case leftOut
  }

  /// The members that hold an id; the first that is there counts.
  private static let idNames = ["question_id", "id", "task_id"]
  /// The members that hold the one thing that the user says.
  private static let textNames = ["prompt", "question", "instruction", "text"]

  init(_ field: SuiteField, number: Int) throws(SuiteError) {
    let id = try Self.id(field)
    let (category, subcategory) = try Self.category(field)
    let (turns, system, choices) = try Self.turns(field)
    question = Question(
      id: id ?? QuestionID(number),
      category: category,
      subcategory: subcategory,
      turns: turns,
      reference: try Self.reference(field)
    )
    (isNumbered, hasSystemMessage, self.choices) = (id == nil, system, choices)
  }

  private static func id(_ field: SuiteField) throws(SuiteError) -> QuestionID? {
    for name in idNames {
      guard let member = try field.member(name).unlessNull, let value = member.value else { continue }
      guard let id = QuestionID(value) else {
        throw member.mismatch(expected: "an integer, or a text of at most \(QuestionID.longestText) characters")
      }
      return id
    }
    return nil
  }

  private static func category(_ field: SuiteField) throws(SuiteError) -> (Category, String) {
    guard try field.member("category").unlessNull != nil else { return (.unnamed, Category.unnamed.rawValue) }
    let name = try field.filledText("category")
    guard let category = Category(questionCategory: name) else {
      throw field.error(
        found: "the category \(quoted(name))",
        expected: Category.nameRule,
        advice: "correct the category of this question"
      )
    }
    return (category, name)
  }

  private static func turns(
    _ field: SuiteField
  ) throws(SuiteError) -> (turns: [String], hasSystem: Bool, choices: ChoiceUse?) {
    let beside: ChoiceUse? = try QuestionChoices.arePresent(in: field) ? .leftOut : nil
    if try field.member("turns").unlessNull != nil { return (try field.filledTexts("turns"), false, beside) }
    var conversation = try field.conversation()
    for name in textNames where conversation == nil {
      guard let member = try field.member(name).unlessNull else { continue }
      if name == "prompt", case .array = member.value {
        conversation = try member.spokenTurns()
        continue
      }
      let choices = try QuestionChoices(field)
      let parts = [try field.filledText(name), try input(of: name, in: field)].compactMap { $0 }
      let text = parts.joined(separator: "\n\n") + (choices.map { "\n\($0.text)" } ?? "")
      return ([text], false, choices == nil ? nil : .asked)
    }
    if let conversation {
      let (turns, hasSystem) = try turns(of: conversation, in: field)
      return (turns, hasSystem, beside)
    }
    if let list = listOfObjects(in: field) {
      throw field.error(
        found: "no question, but one object that holds the list \(quoted(list))",
        expected: "JSON lines or one list of questions",
        advice: "write that list alone into a file"
      )
    }
    let names = (["messages", "conversations"] + textNames).map { "\"\($0)\"" }.joined(separator: ", ")
    throw try field.member("turns").mismatch(expected: "a list with at least one string, or one of \(names)")
  }

  /// The name of a list in an object that looks like the questions themselves.
  private static func listOfObjects(in field: SuiteField) -> String? {
    guard case .object(let members)? = field.value else { return nil }
    for member in members {
      if case .array(let items) = member.value, case .object? = items.first {
        return String(decoding: member.key, as: UTF8.self)
      }
    }
    return nil
  }

  /// What an instruction or a question is about, which other data sets keep apart from it; nil where there is nothing.
  private static func input(of name: String, in field: SuiteField) throws(SuiteError) -> String? {
    let members = ["instruction": ["input", "context"], "question": ["context"]][name] ?? []
    for member in members {
      guard let value = try field.member(member).unlessNull else { continue }
      // Only a text can be asked: what some data sets call a context is a list of titles.
      if member == "context", value.value?.text == nil { continue }
      let text = try value.string()
      if !text.isBlank { return text }
    }
    return nil
  }

  /// What the user says. The answers of the file are left out, since every decoder gets those of the model itself.
  private static func turns(
    of conversation: [SpokenTurn],
    in field: SuiteField
  ) throws(SuiteError) -> (turns: [String], hasSystem: Bool) {
    var turns = conversation.filter { $0.speaker == .user }.map(\.text)
    guard !turns.isEmpty, turns.allSatisfy({ !$0.isBlank }) else {
      throw field.error(
        found: turns.isEmpty ? "a conversation in which no user speaks" : "a blank turn of the user",
        expected: "turns of the user that are not blank",
        advice: "correct or remove this conversation"
      )
    }
    let system = conversation.filter { $0.speaker == .system }.map(\.text).filter { !$0.isBlank }
    turns[0] = (system + [turns[0]]).joined(separator: "\n\n")
    return (turns, !system.isEmpty)
  }

  /// The reference answers: one string or a list. The official file also gives lists of equally good wordings inside
  /// the list (its retrieval questions); these are taken one after the other. What has any other shape is nothing to
  /// refuse a question for, and is left out.
  private static func reference(_ field: SuiteField) throws(SuiteError) -> [String]? {
    switch try field.member("reference").value {
    case .string(let bytes): [String(decoding: bytes, as: UTF8.self)]
    case .array(let list): texts(list)
    default: nil
    }
  }

  /// Strings, and strings in lists, or nil where anything else is among them.
  private static func texts(_ list: [JSONValue]) -> [String]? {
    var texts: [String] = []
    for value in list {
      switch value {
      case .string(let bytes): texts.append(String(decoding: bytes, as: UTF8.self))
      case .array(let inner):
        let strings = inner.compactMap(\.text)
        guard strings.count == inner.count else { return nil }
        texts += strings
      default: return nil
      }
    }
    return texts
  }
}

/// What a user should know about how the records of a file were read, counted.
struct RecordCount {
  private var records = 0
  private var numbered = 0
  private var systemMessages = 0
  private var askedChoices = 0
  private var leftOutChoices = 0

  mutating func add(_ record: QuestionRecord) {
    records += 1
    if record.isNumbered { numbered += 1 }
    if record.hasSystemMessage { systemMessages += 1 }
    switch record.choices {
    case .asked: askedChoices += 1
    case .leftOut: leftOutChoices += 1
    case nil: break
    }
  }

  /// One sentence each; none for records as Spec-Bench has them.
  ///
  /// - Parameter place: the path of the file.
  /// - Returns: the sentences.
  func notes(place: String) -> [String] {
    [
      (
        numbered, "no question_id: their line numbers stand for it (in a list, their places)"
      ),
      (systemMessages, "a system message: it stands at the beginning of the user's first turn"),
      (askedChoices, "choices: they stand after the question, as A., B. and so on"),
      (leftOutChoices, "choices beside turns: only the turns are asked"),
    ].filter { $0.0 > 0 }.map { count, what in
      "\(place): \(count) of \(quantity(records, "question")) \(count == 1 ? "has" : "have") \(what)"
    }
  }
}
