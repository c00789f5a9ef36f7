import Foundation
import SpecFiles

/// The demo suite's manifest and questions.
struct DemoSuiteFiles {
  private let recipe: Recipe
  private let texts: CorpusTexts

  init(_ recipe: Recipe, _ texts: CorpusTexts) {
    self.recipe = recipe
    self.texts = texts
  }

  /// Writes `suite.json` unless it is there, since its decoders are tuned by hand, and `question.jsonl`.
  func write(to directory: String) throws {
    try OutputFile.makeFolder(directory)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines = ""
    for question in DemoSuite.questions(texts, perCategory: recipe.questionsPerCategory, seed: recipe.seed) {
      lines += String(decoding: try encoder.encode(question), as: UTF8.self) + "\n"
    }
    try OutputFile.write(lines, to: directory + "/question.jsonl")
    let manifest = directory + "/suite.json"
    if !FileManager.default.fileExists(atPath: manifest) { try OutputFile.write(manifestText, to: manifest) }
  }

  /// Self-speculative decoding drafts with the layers below the exit alone: the exit's loss has taught them to.
  private var manifestText: String {
    """
    {
      "name": "demo",
      "version": "1",
      "description": "Held-out questions of the invented world that the demo model was trained on.",
      "chat_template": "zephyr",
      "model": "model",
      "max_new_tokens": 160,
      "decoders": [
        "kangaroo:steps=7,threshold=0.6",
        "kangaroo",
        "kangaroo-tree:steps=7,width=2,nodes=7,threshold=0.4,minimum=0.4",
        "medusa:tree=chain,nodes=3",
        "draft-model:steps=7,threshold=0.6",
        "prompt-lookup:tokens=3,minimum=2",
        "lookahead:level=3,window=2,guess=2",
        "self-speculative:skip=\(recipe.exitLayer)-,steps=7,threshold=0.6"
      ]
    }

    """
  }
}
