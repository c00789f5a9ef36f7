import Foundation
import SpecTestSupport
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
      "run", "--suite", demo, "--max-new-tokens", "24", "--decoders", "kangaroo:exit=1,threshold=0.001,medusa",
      "--database", scratch.path("runs.sqlite"), "--report", scratch.path("report.md"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    let report = String(decoding: try scratch.read("report.md"), as: UTF8.self)
    #expect(report.contains("| kangaroo") && report.contains("| medusa"))
    for file in ["", "kangaroo/", "medusa/", "draft/"] {
      let curve = String(decoding: try scratch.read("demo/model/\(file)loss.svg"), as: UTF8.self)
      #expect(curve.hasPrefix("<svg"))
    }
  }
}
