import SpecFiles

/// A text with marked parts. A string literal is the program's own text; what is interpolated comes from anywhere. Nothing in
/// it is escaped: that is what a renderer does.
///
///     let text: RichText = "The fastest decoder is \(strong: "\(name)")."
///
/// A line break of a literal stays one in the source of Markdown and HTML. White space of an interpolated text is a space,
/// and what a terminal would obey is shown by its number.
package struct RichText: Equatable, Sendable {
  /// A part of a text.
  package indirect enum Inline: Equatable, Sendable {
    /// A text on one line.
    case text(String)
    case strong(RichText)
    /// What is typed as it is, like a command; on one line.
    case code(String)
    /// Where the source may begin a new line.
    case lineBreak
  }

  /// The parts in their order.
  package private(set) var inlines: [Inline]

  /// Makes a text of parts.
  package init(_ inlines: [Inline] = []) { self.inlines = inlines }

  /// Makes a text of anything that a file, a database or a user has given.
  package init(raw text: String) { self.init([.text(text.onOneLine)]) }

  /// Makes a text of code.
  package init(code text: String) {
    let code = text.visible
    self.init([code.allSatisfy { $0 == " " } ? .text("–") : .code(code)])
  }

  /// Two texts in a row.
  package static func + (first: RichText, second: RichText) -> RichText { RichText(first.inlines + second.inlines) }
}

extension RichText: ExpressibleByStringInterpolation {
  /// What a literal is made of.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var inlines: [Inline] = []

    /// Begins a literal.
    package init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds the program's own text.
    package mutating func appendLiteral(_ literal: String) {
      for (index, line) in literal.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        if index > 0 { inlines.append(.lineBreak) }
        if !line.isEmpty { inlines.append(.text(String(line))) }
      }
    }

    /// Adds a text from anywhere.
    package mutating func appendInterpolation(_ text: String) { inlines += RichText(raw: text).inlines }

    /// Adds a number.
    package mutating func appendInterpolation(_ number: some BinaryInteger) { inlines.append(.text(String(number))) }

    /// Adds a text with its marks.
    package mutating func appendInterpolation(_ text: RichText) { inlines += text.inlines }

    /// Adds a text that is to stand out.
    package mutating func appendInterpolation(strong text: RichText) { inlines.append(.strong(text)) }

    /// Adds code.
    package mutating func appendInterpolation(code text: String) { inlines += RichText(code: text).inlines }
  }

  /// The program's own text.
  package init(stringLiteral literal: String) {
    var interpolation = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
    interpolation.appendLiteral(literal)
    self.init(stringInterpolation: interpolation)
  }

  /// A text with interpolations.
  package init(stringInterpolation: StringInterpolation) { self.init(stringInterpolation.inlines) }
}

extension Sequence<RichText> {
  /// The texts in a row.
  package func joined(separator: RichText) -> RichText {
    reduce(nil as RichText?) { text, next in text.map { $0 + separator + next } ?? next } ?? RichText()
  }
}
