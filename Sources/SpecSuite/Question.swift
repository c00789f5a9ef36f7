import SpecCore
import SpecFiles

/// One question of a suite: what the user says in each turn, and what a good answer would hold.
public struct Question: Equatable, Sendable {
  /// The id of the question, unique in its file.
  public let id: QuestionID

  /// The number that stands for the id in the database.
  public var questionID: Int { id.key }

  /// The category that the question counts for.
  public let category: Category

  /// The category as the file writes it, such as "writing" for a conversation.
  public let subcategory: String

  /// What the user says, one text for each turn; never empty, and no text is blank.
  public let turns: [String]

  /// Answers known to be right, or nil where the file gives none that are texts. It takes no part in a measurement.
  public let reference: [String]?
}

/// The id of a question: an integer or a text.
public struct QuestionID: Hashable, Sendable {
  /// A number that stands for the id in the database: the id itself, or one that follows from its text alone, so that the
  /// same question has the same number in every suite.
  public let key: Int

  /// The id as JSON, nil where it is the integer ``key``.
  public let written: String?

  /// The id as people read it.
  public let text: String

  /// The most Unicode scalars of an id.
  public static let longestText = 200

  /// An id that is an integer.
  public init(_ number: Int) {
    (key, written, text) = (number, nil, String(number))
  }

  /// An id from a file: an integer of any size, one with a fraction of zero, or a text that is not blank
  /// and has nothing in it that controls a terminal.
  public init?(_ value: JSONValue) {
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
