import Foundation
import SpecCore

/// A JSON value in which what is missing is written as null, and so is a number that JSON has no text for.
enum ReportValue: Sendable {
  case null
  case truth(Bool)
  case integer(Int64)
  case number(Double)
  /// An integer of more than 64 bits.
  case digits(Decimal)
  case text(String)
  case list([ReportValue])
  case object([String: ReportValue])

  init(_ value: Bool) {
    self = .truth(value)
  }

  init(_ value: Int?) {
    self = value.map { .integer(Int64($0)) } ?? .null
  }

  init(_ value: Int64) {
    self = .integer(value)
  }

  init(_ value: Double?) {
    self = value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
  }

  init(_ value: String?) {
    self = value.map(ReportValue.text) ?? .null
  }

  init(_ values: some Sequence<ReportValue>) {
    self = .list(Array(values))
  }

  /// The id of a question as the suite's file writes it.
  init(question number: Int, written: String?) {
    guard let written else {
      self.init(number)
      return
    }
    // A `Double` would round an integer of more than 64 bits.
    let isLong = Int64(written) == nil && written.allSatisfy { $0 == "-" || $0.isNumber }
    self = isLong ? Decimal(string: written).map(ReportValue.digits) ?? .text(written) : ReportValue(json: written)
  }

  /// The value of JSON text, or the text itself should it be none.
  init(json text: String) {
    self = (try? JSONDecoder().decode(ReportValue.self, from: Data(text.utf8))) ?? .text(text)
  }

  /// The value as JSON with sorted keys, one value a line.
  ///
  /// - Returns: The text, ending with a newline.
  /// - Throws: `EncodingError`.
  func rendered() throws -> String {
    try JSONText.lines(self) + "\n"
  }
}

extension ReportValue {
  /// The value as JSON with sorted keys, without a line break.
  ///
  /// - Returns: The text.
  /// - Throws: `EncodingError`.
  func renderedOnOneLine() throws -> String {
    try JSONText.line(self)
  }
}

extension ReportValue: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, ReportValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}

extension ReportValue: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .truth(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .init(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let values = try? container.decode([ReportValue].self) {
      self = .list(values)
    } else {
      self = .object(try container.decode([String: ReportValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .truth(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .digits(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }
}
