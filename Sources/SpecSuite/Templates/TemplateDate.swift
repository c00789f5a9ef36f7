import Foundation

/// The day that a template takes for today. A run keeps it, so that its prompts can be written again on any day.
package struct TemplateDate: Equatable, Sendable, CustomStringConvertible {
  private let year: Int
  private let month: Int
  private let day: Int

  /// A day by its date; nil for what is no date.
  ///
  /// - Parameter text: a date such as "2024-07-26".
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.count) == [4, 2, 2], text.utf8.count == 10,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year > 0,
      (1...12).contains(month), (1...Self.days(of: month, year)).contains(day)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The day of a date, here.
  package init(_ date: Date, calendar: Calendar = .current) {
    var gregorian = Calendar(identifier: .gregorian)
    gregorian.timeZone = calendar.timeZone
    let parts = gregorian.dateComponents([.year, .month, .day], from: date)
    (year, month, day) = (parts.year ?? 1970, parts.month ?? 1, parts.day ?? 1)
  }

  /// Today, here.
  package static var today: TemplateDate { TemplateDate(Date()) }

  /// As "2024-07-26".
  package var description: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }

  private static func days(of month: Int, _ year: Int) -> Int {
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  private static func padded(_ number: Int, _ width: Int, with sign: String = "0") -> String {
    let digits = String(number)
    return String(repeating: sign, count: max(0, width - digits.count)) + digits
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  private var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.days(of: $1, year) } }

  /// From Sunday as 0, by Sakamoto's congruence.
  private var weekday: Int {
    let shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let year = month < 3 ? year - 1 : year
    return (year + year / 4 - year / 100 + year / 400 + shifts[month - 1] + day) % 7
  }

  /// The date as C's `strftime` writes it in English, at midnight.
  ///
  /// - Parameter format: with directives such as `%d`, and `%-d` without a zero in front.
  /// - Returns: the text.
  /// - Throws: ``JinjaProblem`` for a directive that templates do not use.
  func text(_ format: String) throws(JinjaProblem) -> String {
    var result = ""
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let isShort = rest.first == "-"
      if isShort { rest.removeFirst() }
      guard let directive = rest.popFirst(), let text = text(directive, isShort: isShort) else {
        throw JinjaProblem("a date has the unknown format \(format.prefix(40).debugDescription)")
      }
      result += text
      guard result.utf8.count < 4096 else { throw JinjaProblem("it writes too much") }
    }
    return result
  }

  private func text(_ directive: Unicode.Scalar, isShort: Bool) -> String? {
    func number(_ value: Int, _ width: Int = 2) -> String { isShort ? String(value) : Self.padded(value, width) }
    switch directive {
    case "d": return number(day)
    case "e": return isShort ? String(day) : Self.padded(day, 2, with: " ")
    case "m": return number(month)
    case "Y": return String(year)
    case "y": return number(year % 100)
    case "j": return number(dayOfYear, 3)
    case "B": return Self.months[month - 1]
    case "b", "h": return String(Self.months[month - 1].prefix(3))
    case "A": return Self.weekdays[weekday]
    case "a": return String(Self.weekdays[weekday].prefix(3))
    case "u": return String(weekday == 0 ? 7 : weekday)
    case "w": return String(weekday)
    case "F": return description
    case "D", "x": return "\(Self.padded(month, 2))/\(Self.padded(day, 2))/\(Self.padded(year % 100, 2))"
    case "H", "M", "S": return number(0)
    case "I": return number(12)
    case "p": return "AM"
    case "T", "X": return "00:00:00"
    case "R": return "00:00"
    case "Z", "z": return ""
    case "%": return "%"
    default: return nil
    }
  }
}
