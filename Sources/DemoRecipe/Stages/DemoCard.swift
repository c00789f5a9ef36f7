import Foundation
import SpecFiles
import SpecTraining

/// The demo model's card in Markdown.
package struct DemoCard {
  private let recipe: Recipe
  private let texts: CorpusTexts
  private let folder: DemoFolder
  private let metrics: DemoMetrics

  /// - Parameters:
  ///   - recipe: how the model was made.
  ///   - texts: have the card's pattern.
  ///   - folder: where it lies.
  ///   - metrics: what it has learned.
  package init(_ recipe: Recipe, texts: CorpusTexts, folder: DemoFolder, metrics: DemoMetrics) {
    self.recipe = recipe
    self.texts = texts
    self.folder = folder
    self.metrics = metrics
  }

  /// The metrics as tables.
  package var metricTables: String {
    let overall = metrics.targetOverall
    var lines = [
      "| Held-out documents | Loss, nats/token | Entropy, nats/token |", "| :-- | --: | --: |",
      row("target, all held-out documents", number(overall.meanLoss), number(overall.meanEntropy)),
    ]
    lines += metrics.target.map { category, metrics in
      row("those of \(category.rawValue) alone", number(metrics.meanLoss), number(metrics.meanEntropy))
    }
    lines += [
      "", "| Drafter on the held-out documents | Loss, nats/token | Top-1 agreement | In its top 10 | Σ min(p, q) |",
      "| :-- | --: | --: | --: | --: |",
      drafter("exit layer \(recipe.exitLayer) + adapter (Kangaroo)", metrics.exitLayer),
      row(
        "model of \(recipe.draftLayers) layers, trained on the target's data",
        number(metrics.smallModel.meanLoss),
        "–",
        "–",
        "–"
      ),
      drafter("draft model of \(recipe.draftLayers) layers", metrics.draft),
      drafter("EAGLE-3 head, its first token", metrics.eagle3),
    ]
    lines += metrics.heads.enumerated().map { drafter("Medusa head \($0 + 1), token t + \($0 + 2)", $1) }
    lines += [
      "", "| What the deep layers are worth on the held-out documents | nats/token |", "| :-- | --: |",
      row(
        "target below exit layer \(recipe.exitLayer) + adapter",
        number(metrics.exitLayer.meanLoss - overall.meanLoss)
      ),
      row(
        "target below a model of \(recipe.draftLayers) layers, trained on its data",
        number(metrics.smallModel.meanLoss - overall.meanLoss)
      ),
    ]
    let answers = metrics.answers
    lines += [
      "", "| Vanilla's greedy answers to the suite | |", "| :-- | --: |",
      row("answers, tokens", "\(answers.count), \(answers.tokens)"),
      row("ended by themselves", percent(answers.endedShare)),
      row("8-grams repeated inside an answer", percent(answers.repeatedShare)),
      row("mean entropy, nats/token", number(answers.meanEntropy)),
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes the card into the suite's folder.
  ///
  /// - Throws: `UnwritableFile`, or what reading the weights throws.
  package func write() throws {
    let tables = ["metrics": metricTables, "files": try fileTable()]
    try OutputFile.write(
      Self.filled(texts.card, Self.values(recipe).merging(tables) { $1 }),
      to: folder.path + "/README.md"
    )
  }

  /// What the card says before anything is measured.
  ///
  /// - Parameters:
  ///   - texts: have its pattern.
  ///   - recipe: how the model is made.
  /// - Returns: its beginning.
  package static func opening(_ texts: CorpusTexts, _ recipe: Recipe) -> String {
    filled(texts.card.components(separatedBy: "{metrics}")[0], values(recipe))
  }

  /// A text with a value in the place of each name in braces.
  private static func filled(_ text: String, _ values: [String: String]) -> String {
    text.replacing(#/\{([\w:-]+)\}/#) { values[String($0.output.1)] ?? String($0.output.0) }
  }

  private static func values(_ recipe: Recipe) -> [String: String] {
    let shape = recipe.target
    var values = [
      "seed": "\(recipe.seed)", "layers": "\(shape.layers)", "width": "\(shape.hiddenSize)",
      "attentionHeads": "\(shape.attentionHeads)", "inner": "\(shape.intermediateSize)",
      "vocabulary": "\(shape.vocabularySize)", "context": "\(shape.contextLength)",
      "middleLayers": "\(recipe.middleLayers)", "draftLayers": "\(recipe.draftLayers)",
      "exitLayer": "\(recipe.exitLayer)", "medusaHeads": "\(recipe.medusaHeads)",
      "draftVocabulary": "\(recipe.draftVocabulary)", "unrolledSteps": "\(recipe.unrolledSteps)",
      "rehearsals": "\(recipe.rehearsals)", "exitWeight": "\(recipe.exitWeight)",
      "headWeight": "\(recipe.headWeight)", "registerShare": "\(DemoCorpus.Mixture.translating.registers)",
      "baseDocuments": "\(recipe.baseDocuments)", "baseDrills": "\(recipe.baseDrills)",
      "registers": "\(recipe.registers)", "middleDocuments": "\(recipe.middleDocuments)",
      "glossaryDrills": "\(recipe.glossaryDrills)", "targetDocuments": "\(recipe.targetDocuments)",
      "distilledPrompts": "\(recipe.distilledPrompts)", "drafterDocuments": "\(recipe.drafterDocuments)",
    ]
    for stage in Stage.Name.allCases {
      guard let settings = Stage.settings(of: stage, in: recipe) else { continue }
      values["steps:" + stage.rawValue] =
        "\(settings.steps) steps of \(settings.batchTokens) tokens (rate \(settings.peakRate))"
    }
    return values
  }

  private func fileTable() throws -> String {
    let files = [
      folder.tokenizer, folder.model + "/model.safetensors",
      folder.result(of: .kangaroo) + "/model.safetensors",
      folder.result(of: .medusa) + "/medusa_lm_head.safetensors",
      folder.result(of: .draft) + "/model.safetensors", folder.result(of: .eagle3) + "/model.safetensors",
      folder.questions,
    ]
    var lines = ["| File | Bytes | SHA-256 |", "| :-- | --: | :-- |"]
    for path in files {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      lines.append(
        row(String(path.dropFirst(folder.path.count + 1)), "\(data.count)", "`\(SHA256.hexDigest(of: data))`")
      )
    }
    return lines.joined(separator: "\n")
  }

  private func drafter(_ name: String, _ metrics: HeldOutMetrics) -> String {
    row(
      name,
      number(metrics.meanLoss),
      percent(metrics.agreement),
      percent(metrics.agreementOfTen),
      percent(metrics.meanAcceptance)
    )
  }

  private func row(_ cells: String...) -> String { "| " + cells.joined(separator: " | ") + " |" }
  private func number(_ value: Double) -> String { String(format: "%.3f", value) }
  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
