import DemoRecipe
import Foundation
import SpecFiles
import SpecKernels
import SpecTestSupport
import SpecTraining
import Testing

/// The whole recipe in seconds, through the programs themselves.
@Suite struct MiniatureTests {
  private let scratch: TemporaryFolder
  private let recipe = BuiltProgram("demo-recipe")
  private let specbench = BuiltProgram("specbench")

  init() throws { scratch = try TemporaryFolder() }

  @Test func theMiniatureDemoIsLosslessWithAllMethods() throws {
    let demo = scratch.path("demo")
    let made = try recipe.run(["--miniature", "--output", demo])
    #expect(made.status == 0, "\(made.errors)")
    let target = try scratch.read("demo/model/model.safetensors")
    let again = try recipe.run(["--miniature", "--output", demo])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try scratch.read("demo/model/model.safetensors") == target, "what is there is not made again")
    let run = try specbench.run([
      "run", "--suite", demo, "--max-new-tokens", "24", "--decoders", "kangaroo:threshold=0.001,medusa,eagle-3",
      "--database", scratch.path("runs.sqlite"), "--report", scratch.path("report.md"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    let report = String(decoding: try scratch.read("report.md"), as: UTF8.self)
    #expect(report.contains("| kangaroo") && report.contains("| medusa") && report.contains("| eagle-3"))
    for file in ["", "kangaroo/", "medusa/", "draft/", "eagle3/"] {
      let curve = String(decoding: try scratch.read("demo/model/\(file)loss.svg"), as: UTF8.self)
      #expect(curve.hasPrefix("<svg"))
    }
    // What only the training needed is gone, so a drafter alone cannot be made again.
    #expect(!FileManager.default.fileExists(atPath: demo + "/work"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: demo + "/model").count { !$0.contains(".") } == 4)
    try FileManager.default.removeItem(atPath: demo + "/model/kangaroo")
    let alone = try recipe.run(["--miniature", "--output", demo])
    #expect(alone.status != 0 && alone.errors.contains("work/exit-adapter: it is not there"), "\(alone.errors)")
  }

  /// What the stages learn from, and so the corpus and its order, as the recipe had it when the shipped model was made.
  @Test func theFirstStagesMakeTheSameFilesAsEver() throws {
    try build(into: "demo", through: .base, StoppingObserver())
    let folder = DemoFolder(scratch.path("demo"))
    func hash(_ file: String) throws -> String { SHA256.hexDigest(of: try scratch.read("demo/" + file)) }
    #expect(try hash("question.jsonl") == "3c4c7e89585b4663e06066c6d57c6cf87aa99b1b3c13d52f28355d66900f617a")
    #expect(try hash("model/tokenizer.json") == "7259d1316c2d6c64520b5dec1c7e1c354ad499c981aa9cddbdeda1df86629dd6")
    let documents = try [Stage.Name.primer, .base].map { stage in
      try #require(try TrainingRecord.finished(in: folder.result(of: stage))).documents
    }
    #expect(
      documents == [
        "2e66011febd4787cc99b93ebe2e072797245c9cb80638fb6cc1ba340b46446f7",
        "5dae6f1afca4da1161a41c684e0cf526a09936151aa60813b557148f598a9992",
      ]
    )
  }

  @Test func workThatIsStoppedGoesOnToTheSameBits() throws {
    try build(into: "whole", through: .base, StoppingObserver())
    #expect(throws: RecipeStopped.self) { try build(into: "parts", through: .base, StoppingObserver(after: 6)) }
    let folder = scratch.path("parts/work/")
    #expect(!FileManager.default.fileExists(atPath: folder + "base/training.json"))
    let primer = try FileManager.default.attributesOfItem(atPath: folder + "primer/model.safetensors")
    try build(into: "parts", through: .base, StoppingObserver())
    let again = try FileManager.default.attributesOfItem(atPath: folder + "primer/model.safetensors")
    #expect(again[.systemFileNumber] as? UInt64 == primer[.systemFileNumber] as? UInt64, "the primer is not made again")
    for file in ["question.jsonl", "work/primer/model.safetensors", "work/base/model.safetensors"] {
      #expect(try scratch.read("parts/" + file) == scratch.read("whole/" + file))
    }
  }

  @Test func aTokenizerOfAnotherModelIsNamed() throws {
    let other = try BytePairTrainer(vocabularySize: 300, specialTokens: SpecialTokens()).train()
    try OutputFile.makeFolder(scratch.path("demo/model"))
    try other.write(to: scratch.path("demo/model"), contextLength: 64)
    let error = try #require(throws: RecipeFileError.self) {
      try build(into: "demo", through: .primer, StoppingObserver())
    }
    #expect("\(error)".hasPrefix(scratch.path("demo/model/tokenizer.json: it has no tokens <|user|> and")), "\(error)")
  }

  private func build(into name: String, through last: Stage.Name, _ observer: StoppingObserver) throws {
    let builder = DemoBuilder(
      .miniature,
      texts: try CorpusTexts(),
      manifest: Fixtures.package.appending(path: "Suites/demo/suite.json").path,
      folder: DemoFolder(scratch.path(name)),
      context: try ComputeContext(threads: 2),
      observer: observer
    )
    try builder.build(through: last)
  }
}

/// Stops the work after some steps.
private final class StoppingObserver: TrainingObserver {
  private var steps: Int

  init(after steps: Int = .max) { self.steps = steps }

  var wantsToStop: Bool { steps <= 0 }
  func note(_ text: String) {}
  func working(on activity: String?) {}
  func advanced(_ progress: Trainer.Progress) { steps -= 1 }
  func finished(_ learned: HeldOutMetrics) {}
}
