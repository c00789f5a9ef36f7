import ArgumentParser
import Foundation
import SpecKernels
import SpecModel
import SpecRunner

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the engine against the machine: decode, verification of m positions, prefill.",
    discussion: """
      In one process and in turn: how fast the machine reads memory and multiplies and adds, then the model's passes \
      over 1 to 64 positions and its prefill. Speculative decoding pays as far as T(m)/T(1) stays low.
      """
  )

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Random weights of a known shape instead of a model: "
        + SyntheticModel.shapes.map(\.name).joined(separator: ", ") + ".",
      valueName: "name"
    )
  )
  var shape: String?

  @Option(help: ArgumentHelp("Rounds to take medians over.", valueName: "n"))
  var rounds = 5

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func validate() throws {
    guard (1...1000).contains(rounds) else {
      throw ValidationError("--rounds is \(rounds): choose a number from 1 to 1000.")
    }
  }

  func run() throws {
    let (name, target) = try load()
    let display = ProgressDisplay(unit: "rounds")
    let result = try EngineBenchmark(name: name, target: target).run(rounds: rounds) {
      display.advanced(to: $0, of: $1)
    }
    try say(json ? try result.jsonText() : BenchmarkTable.render(result))
  }

  private func load() throws -> (String, Transformer) {
    guard let shape else {
      let model = try modelOptions.load()
      return (model.name, model.target)
    }
    let configuration = try SyntheticModel.shape(named: shape)
    let context = try modelOptions.makeContext()
    let display = ProgressDisplay(unit: "layers")
    let target = try Transformer(
      configuration,
      from: SyntheticModel(context: context),
      weightType: modelOptions.dtype ?? .bfloat16,
      context: context,
      progress: { display.loaded($0, of: $1) }
    )
    return (shape, target)
  }
}

extension EngineBenchmark.Result {
  fileprivate func jsonText() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
