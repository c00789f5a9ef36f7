import SpecCore
import SpecFiles

/// One question of a suite: what the user says in each turn, and what a good answer would hold.
package struct Question: Equatable, Sendable {
  /// The id of the question, unique in its file.
  package let id: QuestionID

  /// The number that stands for the id in the database.
  package var questionID: Int { id.key }

  /// The category that the question counts for.
  package let category: Category

  /// The category as the file writes it, such as "writing" for a conversation.
  package let subcategory: String

  /// What the user says, one text for each turn; never empty, and no text is blank.
  package let turns: [String]

  /// Answers known to be right, or nil where the file gives none that are texts. It takes no part in a measurement.
  package let reference: [String]?
}

/// The id of a question: an integer or a text.
package struct QuestionID: Hashable, Sendable {
  /// A number that stands for the id in the database: the id itself, or one that follows from its text alone, so that the
  /// same question has the same number in every suite.
  package let key: Int

  /// The id as JSON, nil where it is the integer ``key``.
  package let written: String?

  /// The id as people read it.
  package let text: String

  /// The most Unicode scalars of an id.
  package static let longestText = 200

  /// An id that is an integer.
  package init(_ number: Int) {
    (key, written, text) = (number, nil, String(number))
  }

  /// An id from a file: an integer of any size, one with a fraction of zero, or a text that is not blank
  /// and has nothing in it that controls a terminal.
  package init?(_ value: JSONValue) {
    switch value {
    case .integer(let number):
      self.init(number)
    case .number(let number) where number.rounded() == number:
      // As Python writes the integers of a column that has gaps.
      self.init(text: "\(number)", written: value.line, integer: Int(exactly: number))
    case .otherNumber(let text) where text.contains(where: \.isNumber):
      self.init(text: text, written: value.line, integer: nil)
    case .string(let bytes):
      let text = String(decoding: bytes, as: UTF8.self)
      guard !text.isBlank, text.unicodeScalars.count <= Self.longestText, text.isFitForNames else { return nil }
      let integer = Int(text).flatMap { String($0) == text ? $0 : nil }
      self.init(text: text, written: value.line, integer: integer)
    default:
      return nil
    }
  }

  private init(text: String, written: String, integer: Int?) {
    (key, self.written, self.text) = (integer ?? Self.number(for: text), written, text)
  }

  /// A number from 2^52 up to 2^53: every program holds such numbers exactly, and hardly any file counts so far.
  private static func number(for text: String) -> Int {
    var hash = SHA256()
    hash.update(Array(text.utf8))
    let digits = Int(hash.hexDigest().prefix(13), radix: 16) ?? 0
    return 1 << 52 + digits
  }
}
