import SpecTraining
import Foundation
import SpecFiles

/// The demo model's card in Markdown.
package struct DemoCard {
  private let recipe: Recipe
  private let folder: DemoFolder
  private let metrics: DemoMetrics

  /// - Parameters:
  ///   - recipe: how the model was made.
  ///   - folder: where it lies.
  ///   - metrics: what it has learned.
  package init(_ recipe: Recipe, folder: DemoFolder, metrics: DemoMetrics) {
    self.recipe = recipe
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
    try OutputFile.write(text(), to: folder.path + "/README.md")
  }

  private func text() throws -> String {
    let shape = recipe.target
    return """
      # The demo model

      A small Llama-architecture model with a Kangaroo adapter, \(recipe.medusaHeads) Medusa heads and a draft model, made \
      whole by `swift run -c release demo-recipe`. It lives in an invented country of ferries, bell towers and market days, and \
      knows nothing else.

      - Shape: \(shape.layers) layers of \(shape.hiddenSize), \(shape.attentionHeads) heads, feed-forward \
      \(shape.intermediateSize), vocabulary \(shape.vocabularySize), tied embedding, context \(shape.contextLength), bf16.
      - Data: the package's own seeded generator (seed \(recipe.seed)): conversations, translations into Velish, \
      summaries, questions about the invented country, worked arithmetic, answers from passages. \
      \(DemoCorpus.Mixture.translating.registers) of 100 prompts, of translations and summaries none, begin with a register: what \
      each town has, who comes from where, and what each person therefore has. The suite's questions and the held-out \
      documents share no first prompt with what is learned from.
      - Target: it is grown. A base of \(recipe.draftLayers) layers begins with an induction circuit, roughly set, and \
      drills to use it: first \(steps(recipe.primerSettings)) of lists to be found again, then \
      \(steps(recipe.baseSettings)) on \(recipe.baseDocuments) documents that have much to look up and \
      \(recipe.baseDrills) more drills. Then it gets \(recipe.middleLayers) layers: \(recipe.rehearsals) copies of its \
      second attention, weaker, below that one, the others on top, where they add nothing at first. It learns for \
      \(steps(recipe.chainSettings)) to look up what it has looked up, from drills, for \
      \(steps(recipe.registerSettings)) on \(recipe.registers) registers and more drills, and for \
      \(steps(recipe.middleSettings)) on \(recipe.middleDocuments) other documents and \(recipe.glossaryDrills) glossaries \
      of Velish; then with \(recipe.target.layers) layers for \
      \(steps(recipe.targetSettings)) on \(recipe.targetDocuments) others. In this last part it learns three things \
      together: the next token; with a weight of \(recipe.exitWeight), what the states after layer \(recipe.exitLayer) \
      predict of the whole model's output (LayerSkip's early-exit loss, Elhoushi et al. 2024); with a weight of \
      \(recipe.headWeight), the tokens after the next one through Medusa heads (Medusa-2, Cai et al. 2024). That makes \
      this target easier to draft for, with its first layers and with heads, than one trained without. No weight is \
      rescaled for it.
      - Drafters: the adapter goes on from the one of that loss for \(steps(recipe.kangarooSettings)), the heads from \
      theirs for \(steps(recipe.medusaSettings)), all on the frozen target's \(recipe.distilledPrompts) greedy answers \
      beside \(recipe.drafterDocuments) documents. The small model is the base, which goes on alone for \
      \(steps(recipe.smallModelSettings)) on all that the target learns from after it; the draft model is the same, which then learns \
      from the target for \(steps(recipe.draftSettings)).
      - AdamW with warm-up and cosine; each folder's `training.json` and `loss.svg` show the course.
      - Licence: that of the package; text and weights are made by its code alone.
      - What it is not: its speedups say nothing about other models. Its text is simpler than people's, so drafts are \
      accepted more often than on a large model's text.

      ## What it has learned

      Printed by `demo-recipe --metrics`.

      \(metricTables)
      ## Files

      \(try fileTable())
      """
  }

  private func steps(_ settings: TrainingSettings) -> String {
    "\(settings.steps) steps of \(settings.batchTokens) tokens (rate \(settings.peakRate))"
  }

  private func fileTable() throws -> String {
    let files = [
      folder.model + "/tokenizer.json", folder.model + "/model.safetensors",
      folder.result(of: .kangaroo) + "/model.safetensors",
      folder.result(of: .medusa) + "/medusa_lm_head.safetensors",
      folder.result(of: .draft) + "/model.safetensors", folder.questions,
    ]
    var lines = ["| File | Bytes | SHA-256 |", "| :-- | --: | :-- |"]
    for path in files {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      var hash = SHA256()
      hash.update(data)
      lines.append(
        row(String(path.dropFirst(folder.path.count + 1)), "\(data.count)", MarkdownText.code(hash.hexDigest()))
      )
    }
    return lines.joined(separator: "\n") + "\n"
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
