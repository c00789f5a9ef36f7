import DemoRecipe
import Foundation
import SpecTestSupport
import SpecTraining
import Testing

/// What is shipped under `Suites/demo` is what the recipe makes, as far as its records and questions tell.
@Suite struct ShippedDemoTests {
  private let recipe = Recipe.shipped
  private let folder = DemoFolder(Fixtures.package.appending(path: "Suites/demo").path)

  private func record(_ directory: String) throws -> TrainingRecord {
    try #require(try TrainingRecord.finished(in: directory), "no record in \(directory)")
  }

  @Test func everyPartWasTrainedAsTheRecipeSays() throws {
    for stage in [Stage.Name.target, .kangaroo, .medusa, .draft, .eagle3] {
      #expect(try record(folder.result(of: stage)).settings == Stage.settings(of: stage, in: recipe))
    }
    #expect(try record(folder.smallModelRecord).settings == Stage.settings(of: .smallModel, in: recipe))
    #expect(try record(folder.eagleStartRecord).settings == Stage.settings(of: .eagleStart, in: recipe))
  }

  @Test func theQuestionsAreThoseOfTheGenerator() throws {
    let lines = try String(contentsOfFile: folder.path + "/question.jsonl", encoding: .utf8).split(separator: "\n")
    let questions = DemoSuite.questions(try CorpusTexts(), perCategory: recipe.questionsPerCategory, seed: recipe.seed)
    #expect(lines.count == questions.count)
    for (line, question) in zip(lines, questions) {
      let fields = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(fields["question_id"] as? Int == question.questionID)
      #expect(fields["category"] as? String == question.category.rawValue)
      #expect(fields["turns"] as? [String] == question.turns)
    }
  }

  /// The manifest is written by hand; self-speculative decoding drafts with the layers below the exit, whose loss has
  /// taught them to.
  @Test func theManifestFitsTheRecipe() throws {
    let manifest = try String(contentsOfFile: folder.path + "/suite.json", encoding: .utf8)
    #expect(manifest.contains("\"self-speculative:skip=\(recipe.exitLayer)-,"))
  }

  @Test func theCardSaysWhatTheRecipeDoes() throws {
    let card = try String(contentsOfFile: folder.path + "/README.md", encoding: .utf8)
    let opening = DemoCard.opening(try CorpusTexts(), recipe)
    #expect(card.hasPrefix(opening) && opening.contains("10000 others"))
    #expect(!opening.contains(#/\{[^ ]+\}/#), "a name in braces has no value")
  }

  @Test func onlyWhatIsRunIsShipped() throws {
    let parts = try FileManager.default.contentsOfDirectory(atPath: folder.model).filter { !$0.contains(".") }
    #expect(parts.sorted() == ["draft", "eagle3", "kangaroo", "medusa"])
  }

  /// The last held-out losses of both trainings, over the same documents.
  @Test func theDeepLayersEarnTheirPlaceBesideTwoLayersAlone() throws {
    let records = (target: try record(folder.model), twoLayers: try record(folder.smallModelRecord))
    let target = try #require(records.target.points.last).heldOut
    let twoLayers = try #require(records.twoLayers.points.last).heldOut
    #expect(target.tokens == twoLayers.tokens)
    #expect(target.meanLoss + 0.1 <= twoLayers.meanLoss, "\(target.meanLoss), \(twoLayers.meanLoss)")
  }
}
