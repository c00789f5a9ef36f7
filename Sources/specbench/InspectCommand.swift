import ArgumentParser
import Foundation
import SpecDecoding
import SpecKernels
import SpecModel

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a model's architecture, parameters and memory, and what each method would add.",
    discussion: "Everything is computed from config.json alone; the weights need not be there."
  )

  @Argument(help: ArgumentHelp("A folder with a config.json.", valueName: "dir"))
  var directory: String

  func validate() throws { try refuseEmptyPaths(["The model's folder": directory]) }

  func run() throws {
    let configuration = try ModelConfiguration(directory: directory)
    try say(Self.describe(configuration))
    try say(Self.compareMethods(configuration))
  }

  private static func describe(_ model: ModelConfiguration) -> String {
    let heads = "\(model.attentionHeads) query heads, \(model.keyValueHeads) key/value heads of \(model.headDimension)"
    let head = model.tiesEmbeddings ? "tied to the embedding" : "of its own"
    let weights = WeightType.allCases.map { "\(bytes(model.weightBytes(as: $0))) in \($0.rawValue)" }
    let cache = model.cacheBytesPerPosition
    return """
      Architecture    \(model.architecture)
      Layers          \(model.layers) of width \(model.hiddenSize), feed-forward \(model.intermediateSize)
      Attention       \(heads)
      Vocabulary      \(model.vocabularySize), head \(head)
      Context         \(model.contextLength) positions, rope_theta \(model.ropeTheta)
      Parameters      \(model.parameterCount) (\(millions(model.parameterCount)))
      Weights         \(weights.joined(separator: ", "))
      KV cache        \(bytes(cache)) per position, \(bytes(cache * model.contextLength)) for the whole context

      """
  }

  private static func compareMethods(_ model: ModelConfiguration) -> String {
    let methods = MethodCatalogue.methods.map { ($0.name, $0.addedParameters(model)) }
    let medusa = methods.first { $0.0 == "medusa" }?.1 ?? 0
    var lines = ["What each method would add, with the published companions:"]
    for (name, added) in methods {
      let padded = name.padding(toLength: 18, withPad: " ", startingAt: 0)
      var line = padded + (added == 0 ? "nothing" : "\(added) (\(millions(added)))")
      if name != "medusa", added > 0, medusa > 0 {
        let share = Double(added) / Double(medusa)
        line +=
          share <= 1
          ? ", \((1000 * (1 - share)).rounded() / 10) % fewer than medusa"
          : ", \((10 * share).rounded() / 10) times as many as medusa"
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }

  private static func millions(_ count: Int) -> String {
    let value = Double(count) / 1e6
    return value >= 10 ? "\(Int(value.rounded())) M" : "\((value * 100).rounded() / 100) M"
  }

  private static func bytes(_ count: Int) -> String {
    let (value, unit) = count >= 1_000_000_000 ? (1e9, "GB") : count >= 1_000_000 ? (1e6, "MB") : (1e3, "kB")
    return "\((Double(count) / value * 10).rounded() / 10) \(unit)"
  }
}
