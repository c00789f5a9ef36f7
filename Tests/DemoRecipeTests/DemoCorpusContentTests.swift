import DemoRecipe
import SpecTraining
import Testing

/// What the documents say is true: sums are right, translations follow the dictionary, quotations are in the passages.
@Suite struct DemoCorpusContentTests {
  private let texts: CorpusTexts

  init() throws { texts = try CorpusTexts() }

  private func turns(_ category: DemoCategory, _ count: Int = 600) -> [DemoTurn] {
    let corpus = DemoCorpus(texts, seed: 11)
    return (0..<count).flatMap { corpus.document(at: $0, category: category).turns }
  }

  @Test func everyEquationIsRight() throws {
    var checked = 0
    for turn in turns(.mathematicalReasoning) {
      let equations = turn.answer.matches(of: #/(-?\d+)((?: [-+x] \d+)+) = (\d+)/#)
      for equation in equations {
        var value = try #require(Int(equation.1))
        for step in equation.2.matches(of: #/ ([-+x]) (\d+)/#) {
          let operand = try #require(Int(step.2))
          value = step.1 == "+" ? value + operand : step.1 == "-" ? value - operand : value * operand
        }
        #expect(value == Int(equation.3), "\(equation.0)")
        checked += 1
      }
      #expect(!equations.isEmpty)
    }
    #expect(checked > 2_000)
  }

  @Test(arguments: [(7, 5), (95, 27), (318, 205), (499, 499), (640, 9)])
  func theWorkedSumsAndDifferencesEndWithTheResult(_ a: Int, _ b: Int) {
    #expect(ArithmeticWriter.additionSteps(a, b).last == "So \(a) + \(b) = \(a + b).")
    #expect(ArithmeticWriter.subtractionSteps(a, b).last == "So \(a) - \(b) = \(a - b).")
  }

  @Test func borrowingIsWrittenDigitByDigit() {
    #expect(
      ArithmeticWriter.subtractionSteps(503, 127) == [
        "We take 127 from 503.", "Ones: 3 is less than 7, borrow 1, 13 - 7 = 6.",
        "Tens: -1 is less than 2, borrow 1, 9 - 2 = 7.", "Hundreds: 4 - 1 = 3.", "So 503 - 127 = 376.",
      ]
    )
  }

  @Test func everyWordHasARootOfItsOwn() {
    let roots = texts.dictionary.roots
    #expect(roots.count >= 250)
    #expect(Set(roots.values).count == roots.count)
    #expect(Set(roots.values).isDisjoint(with: texts.lexicon.words))
  }

  @Test func aVelishClauseEndsWithItsVerbAndItsWordsAgree() throws {
    let root = texts.dictionary.root
    let verb = try #require(texts.velish.verbs.all.first { $0.base == "sell" })
    var clause = BilingualClause(
      subject: NounPhrase(noun: "baker", adjective: "old"),
      verb: verb,
      tense: .past,
      object: NounPhrase(noun: "loaf", determiner: .number("two"), adjective: "warm", isPlural: true),
      receiver: NounPhrase(noun: "queen", determiner: .indefinite)
    )
    #expect(clause.english == "the old baker sold two warm loaves to a queen")
    let velish = [
      root("baker") + "ta", root("old"), root("queen") + "m", root("loaf") + "ren", root("warm") + "ren", root("two"),
      root("sell") + "ai",
    ]
    #expect(clause.velish(texts.dictionary) == velish.joined(separator: " "))
    clause.subject = NounPhrase(noun: "we", determiner: .bare)
    clause.isNegative = true
    clause.tense = .future
    #expect(clause.english == "we will not sell two warm loaves to a queen")
    #expect(clause.velish(texts.dictionary).hasSuffix(root("not") + " " + root("sell") + "osen"))
  }

  @Test func everyVelishWordComesFromTheDictionary() throws {
    let roots = Set(texts.dictionary.roots.values)
    let names = Set((texts.lexicon.list("woman") + texts.lexicon.list("man")).map { $0.lowercased() })
    let endings = ["", "n", "m", "ta", "tan", "tam", "re", "ren", "rem", "rta", "rtan", "rtam", "e", "en", "ai", "ain"]
    let known = Set(roots.flatMap { root in (endings + ["os", "osen"]).map { root + $0 } })
    for turn in turns(.translation, 200) where turn.question.contains("Velish: ") && !turn.question.contains("from") {
      let answer = turn.answer.replacing("In Velish this is: ", with: "").lowercased()
      for word in answer.split(whereSeparator: { " .,".contains($0) }) {
        let stem = String(word.prefix { $0 != "-" })
        #expect(known.contains(stem) || names.contains(stem), "\(word) in \(answer)")
      }
    }
  }

  @Test func answersFromPassagesAreQuotedFromThePrompt() throws {
    for index in 0..<400 {
      let turns = DemoCorpus(texts, seed: 5).document(at: index, category: .retrievalAugmentedGeneration).turns
      for turn in turns {
        let title = try #require(turn.answer.firstMatch(of: #/"([^"]+)"/#)).1
        #expect(turns[0].question.contains(": \(title)\n"))
        let quotation = try #require(turn.answer.firstMatch(of: #/"(?:: | we read: )(.+?\.)(?: |$)/#)).1
        #expect(turns[0].question.contains(quotation), "\(quotation)")
      }
    }
  }

  /// What the lists say of a person's town is what the person has, and nothing else is.
  @Test func whatARegisterConcludesFollowsFromItsLists() throws {
    var (conclusions, untold) = (0, 0)
    for index in 0..<400 {
      let turn = DemoCorpus(texts, seed: 5).document(at: index, category: .questionAnswering).turns[0]
      guard turn.question.hasPrefix("Our register. ") else { continue }
      let register = try #require(turn.question.split(separator: "\n").first)
      var (places, told): ([String: String], Set<String>) = ([:], [])
      var lists: [[(key: String, values: [String])]] = []
      for list in register.dropLast().split(separator: ". ").dropFirst() {
        let rows = try #require(list.split(separator: ": ").last).split(separator: ", ")
        lists.append(rows.map { $0.split(separator: " ").map(String.init) }.map { ($0[0], Array($0.dropFirst())) })
      }
      let properties = (lists.count - 1) / 2
      #expect(lists.count == 2 * properties + 1)
      var values: [String: Set<String>] = [:]
      for row in lists[..<properties].joined() { values[row.key, default: []].formUnion(row.values) }
      for row in lists[properties] {
        places[row.key] = row.values[0]
        told.formUnion(row.values.dropFirst().map { row.key + $0 })
        #expect(values[row.values[0]]?.isSuperset(of: row.values.dropFirst()) == true, "\(row)")
      }
      for row in lists[(properties + 1)...].joined() {
        let place = try #require(places[row.key])
        #expect(row.values.count == 1 && values[place]?.isSuperset(of: row.values) == true, "\(row)")
        conclusions += 1
        untold += told.contains(row.key + row.values[0]) ? 0 : 1
      }
    }
    #expect(conclusions > 3_000 && untold > conclusions / 2)
  }

  @Test func aListIsReadBackWordForWordAndAskedAboutInItsOwnWords() throws {
    var lists = 0
    for index in 0..<400 {
      let turns = DemoCorpus(texts, seed: 5).document(at: index, category: .multiTurnConversation).turns
      guard turns[0].question.contains(#/( Read it back to me\.| Please say it back\.| Can you repeat that\?)$/#) else {
        continue
      }
      let list = try #require(turns[0].answer.split(separator: ": ", maxSplits: 1).last)
      #expect(turns[0].question.contains(": \(list) "))
      for turn in turns.dropFirst() { #expect(list.contains(turn.answer.dropLast()), "\(turn)") }
      #expect(turns.count > 1)
      lists += 1
    }
    #expect((100..<220).contains(lists))
  }

  @Test func aShortenedStoryKeepsItsOwnSentences() {
    let requests = #/^(Shorten this story|Which sentences|Read me only)/#
    let shortened = turns(.summarization).filter { $0.question.contains(requests) }
    #expect((200..<400).contains(shortened.count))
    for turn in shortened {
      let answer = turn.answer.replacing(#/^(In its own words|These sentences matter most): /#, with: "")
      let sentences = answer.matches(of: #/[^ ][^.?!]+[.?!]"?/#).map(\.output)
      #expect(sentences.count >= 3)
      for sentence in sentences { #expect(turn.question.contains(sentence)) }
    }
  }

  @Test func phrasesAreTranslatedOneByOne() {
    let phrases = turns(.translation).filter { $0.question.contains(#/(Velish words|in Velish:|Tell me in English:)/#) }
    #expect(phrases.count > 100)
    for turn in phrases {
      #expect(turn.question.count(where: { $0 == "," }) == turn.answer.count(where: { $0 == "," }), "\(turn)")
    }
  }

  @Test func aSummaryNamesTheStorysPeople() {
    let names = Set(texts.lexicon.list("woman") + texts.lexicon.list("man"))
    for turn in turns(.summarization, 300) {
      let story = Set(turn.question.split { !$0.isLetter }.map(String.init))
      let summary = Set(turn.answer.split { !$0.isLetter }.map(String.init))
      let named = summary.intersection(names)
      #expect(named.isSubset(of: story))
      #expect(!named.isEmpty)
      #expect(turn.answer.count < turn.question.count)
    }
  }

  @Test func theWorldGivesTheSameAnswerToTheSameQuestion() {
    var answers: [String: Set<String>] = [:]
    for turn in turns(.questionAnswering, 4_000) {
      guard let match = turn.question.firstMatch(of: #/Who is the mayor of (\w+)\?/#) else { continue }
      let mayor = texts.world.towns.first { $0.values["town"] == String(match.1) }?.values["mayor"] ?? "nobody"
      #expect(turn.answer.contains(mayor))
      answers[String(match.1), default: []].insert(mayor)
    }
    #expect(answers.count > 10)
    #expect(answers.values.allSatisfy { $0.count == 1 })
  }

  @Test(arguments: [
    ("loaf", "loaves"), ("jar of honey", "jars of honey"), ("basket", "baskets"), ("apple tree", "apple trees"),
    ("brush", "brushes"), ("cherry", "cherries"), ("pair of gloves", "pairs of gloves"),
  ])
  func plurals(_ noun: String, _ plural: String) {
    #expect(Inflection.plural(noun) == plural)
  }

  @Test func templatesChooseBindAndInflect() {
    var composer = Composer(texts, random: KeyedRandom(seed: 1))
    composer["thing"] = "old oar"
    #expect(
      composer.text("{a thing} and {s thing}. [yes|yes] {x=here} {x}?") == "An old oar and old oars. Yes here here?"
    )
    #expect(composer.text("an open [bracket") == "An open bracket")
  }
}
