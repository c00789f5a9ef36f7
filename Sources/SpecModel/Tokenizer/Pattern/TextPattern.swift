/// A regular expression that finds its matches in a text, one after the other, as Oniguruma does.
///
/// Known are the parts that published tokenizers use: sets with `\p{…}`, nested sets and `&&`, `(?i:…)`, lookaround, greedy,
/// lazy and possessive quantifiers, atomic groups and anchors. Back references and calls are not, and of case only what relates single
/// scalars is. A pattern sees
/// nothing of the text outside of the stretch that it searches.
package struct TextPattern: Equatable, Sendable {
  /// What the pattern looks like; a plain text is no pattern.
  package enum Source: Equatable, Sendable {
    /// A regular expression.
    case expression(String)
    /// A text that is found as it stands.
    case text(ArraySlice<UInt8>)
  }

  /// What the pattern looks like.
  package let source: Source
  private let program: PatternProgram?
  private let starts: [Bool]?

  /// Reads a regular expression.
  ///
  /// - Throws: ``PatternError`` if it is malformed, or has a part that is not known.
  package init(expression: String) throws(PatternError) {
    source = .expression(expression)
    let program = try PatternProgram(PatternParser.parse(expression))
    (self.program, starts) = (program, program.starts)
  }

  /// The pattern that finds a text as it stands.
  package init(text: ArraySlice<UInt8>) {
    source = .text(text)
    (program, starts) = (nil, nil)
  }

  /// Patterns that look the same are the same.
  package static func == (one: TextPattern, other: TextPattern) -> Bool { one.source == other.source }

  /// Finds all matches that do not overlap, from left to right. An empty one that touches the one before does not count.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - bounds: the stretch that is searched.
  ///   - body: gets each match.
  package func forEachMatch(in text: [UInt8], _ bounds: Range<Int>, _ body: (Range<Int>) -> Void) {
    switch source {
    case .text(let wanted): find(wanted, in: text, bounds, body)
    case .expression:
      guard let program else { return }
      var matcher = PatternMatcher(program, text, bounds)
      var position = bounds.lowerBound
      var lastEnd: Int?
      while position <= bounds.upperBound {
        if let starts {
          while position < bounds.upperBound, !starts[Int(text[position])] { position += 1 }
          if position == bounds.upperBound { return }
        }
        guard let end = matcher.end(from: position), end > position || lastEnd != position else {
          guard position < bounds.upperBound else { return }
          position = scalarValue(in: text, at: position, end: bounds.upperBound).next
          continue
        }
        body(position..<end)
        lastEnd = end
        position = end
      }
    }
  }

  private func find(_ wanted: ArraySlice<UInt8>, in text: [UInt8], _ bounds: Range<Int>, _ body: (Range<Int>) -> Void) {
    guard let first = wanted.first else { return }
    var position = bounds.lowerBound
    while position + wanted.count <= bounds.upperBound {
      if text[position] == first, text[position..<(position + wanted.count)].elementsEqual(wanted) {
        body(position..<(position + wanted.count))
        position += wanted.count
      } else {
        position += 1
      }
    }
  }
}

extension TextPattern {
  /// A regular expression that the program itself writes; a malformed one, which tests would find, matches nothing.
  init(known expression: String) {
    do {
      try self.init(expression: expression)
    } catch {
      self.init(text: [])
    }
  }
}
