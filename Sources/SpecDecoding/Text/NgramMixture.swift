import SpecModel

/// Tells what follows a text from what followed its ends before: in a datastore, in earlier answers, and in the text itself.
///
/// The ends are asked from the shortest to the longest. What followed the longer one counts as far as it is much; the rest of
/// the chance stays with what was known before (prediction by partial matching, Cleary and Witten 1984; the share that stays
/// is that of Witten and Bell 1991). The datastore is asked first, so that the text has the last word. How often such guesses
/// come true is counted, and corrects them.
package struct NgramMixture {
  /// A token that may follow.
  package struct Guess {
    /// The token.
    package let token: Token
    /// Its chance.
    package let chance: Float
  }

  /// The text so far.
  private var text: NgramCounts
  /// The answers to earlier prompts.
  private var answers: NgramCounts
  private var store: StoredNgrams?
  private var calibration = ChanceCalibration()
  private let order: Int

  /// How much an occurrence in the text counts, where one in another answer counts once.
  private static let weightOfText: Float = 6
  /// How many occurrences each different follower of an end leaves to what was known before: of the text and of answers, …
  private static let textEscape: Float = 3
  /// … and of a datastore.
  private static let storeEscape: Float = 1
  /// Most guesses.
  private static let most = 8

  /// Nothing but the datastore is known.
  ///
  /// - Parameters:
  ///   - order: the longest end that is asked, in tokens.
  ///   - store: other texts; nil for none.
  package init(order: Int, store: Datastore? = nil) {
    self.order = order
    self.store = store.map { StoredNgrams($0) }
    (text, answers) = (NgramCounts(order: order), NgramCounts(order: order))
  }

  /// What may follow a text.
  ///
  /// - Parameter text: the text, or its end.
  /// - Returns: the likeliest tokens, the best first.
  package mutating func guesses(after text: some BidirectionalCollection<Token>) -> [Guess] {
    let (guesses, order) = blended(after: text)
    return guesses.map { Guess(token: $0.token, chance: calibration.chance($0.chance, order: order)) }
      .sorted { $0.chance > $1.chance }
  }

  /// Reads a token of the prompt.
  ///
  /// - Parameters:
  ///   - token: the token.
  ///   - before: the text before it, or its end.
  package mutating func read(_ token: Token, after before: ArraySlice<Token>) {
    text.add(token, after: TextEnds(of: before, order: order))
  }

  /// Reads a token that the target has chosen, and judges what was guessed.
  ///
  /// - Parameters:
  ///   - token: the token.
  ///   - before: the text before it, or its end.
  package mutating func learn(_ token: Token, after before: ArraySlice<Token>) {
    let (guesses, order) = blended(after: before)
    for guess in guesses { calibration.hear(guess.chance, order: order, isRight: guess.token == token) }
    read(token, after: before)
  }

  /// Begins another text.
  ///
  /// - Parameter answer: the last answer, if it is to be remembered.
  package mutating func beginText(remembering answer: [Token] = []) {
    for place in answer.indices.dropFirst() {
      answers.add(answer[place], after: TextEnds(of: answer[..<place], order: order))
    }
    text = NgramCounts(order: order)
  }

  /// Forgets all but the datastore.
  package mutating func forget() {
    (text, answers) = (NgramCounts(order: order), NgramCounts(order: order))
    calibration = ChanceCalibration()
  }

  /// What followed the ends, all that know them together.
  ///
  /// - Returns: the likeliest tokens, the best first, and the length of the longest end that the text or the answers know.
  private mutating func blended(
    after text: some BidirectionalCollection<Token>
  ) -> (guesses: [Guess], order: Int) {
    let ends = TextEnds(of: text, order: order).hashes
    var guesses: [Guess] = []
    for (place, end) in ends.enumerated() {
      guard let followers = store?.followers(of: text.suffix(place + 1), hash: end) else { break }
      guesses = Self.blend(followers, over: guesses, escape: Self.storeEscape)
    }
    var known = 0
    for end in ends {
      var followers = NgramCounts.Followers()
      followers.add(self.text[end], weight: Self.weightOfText)
      followers.add(answers[end])
      guard followers.total > 0 else { break }
      guesses = Self.blend(followers, over: guesses, escape: Self.textEscape)
      known += 1
    }
    return (guesses, known)
  }

  /// What followed an end, with what was known before.
  private static func blend(_ followers: NgramCounts.Followers, over before: [Guess], escape: Float) -> [Guess] {
    let rest = escape * followers.kinds
    let sum = followers.total + rest
    var guesses = followers.known.map { Guess(token: $0.token, chance: $0.count / sum) }
    for guess in before {
      let chance = guess.chance * rest / sum
      if let place = guesses.firstIndex(where: { $0.token == guess.token }) {
        guesses[place] = Guess(token: guess.token, chance: guesses[place].chance + chance)
      } else {
        guesses.append(Guess(token: guess.token, chance: chance))
      }
    }
    // Among equals the one that was found first stays first.
    return guesses.enumerated()
      .sorted { ($0.element.chance, $1.offset) > ($1.element.chance, $0.offset) }
      .prefix(most).map(\.element)
  }
}

extension NgramCounts.Followers {
  /// Counts what followed elsewhere, too.
  fileprivate mutating func add(_ others: NgramCounts.Followers?, weight: Float = 1) {
    for (token, count) in others?.known ?? [] { add(token, count: weight * count) }
  }
}
