import Foundation
import SpecDecoding
import SpecDocument
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite

/// What can be told of a model without reading its weights.
struct ModelDescription {
  private let files: ModelFiles

  init(_ files: ModelFiles) { self.files = files }

  /// Shape, sizes and which files can be used.
  func architecture(_ model: ModelConfiguration) -> Fields {
    let heads = "\(model.attentionHeads) query heads, \(model.keyValueHeads) key/value heads of \(model.headDimension)"
    let head = model.tiesEmbeddings ? "tied to the embedding" : "of its own"
    let weights = WeightType.allCases.map { "\(bytes(model.weightBytes(as: $0))) in \($0.rawValue)" }
    let cache = model.cacheBytesPerPosition
    let parts = model.partsInWords
    let limit = model.contextLimit.map { "; \($0.reason)" } ?? ""
    return Fields(
      labelColumns: Self.labelColumns,
      [
        ("Architecture", "\(model.architecture)"),
        ("Layers", "\(model.layers) of width \(model.hiddenSize), feed-forward \(model.intermediateSize)"),
        ("Attention", "\(heads)"),
        ("Parts", "\(parts.isEmpty ? "those of a plain Llama" : parts.joined(separator: "; "))"),
        ("Vocabulary", "\(model.vocabularySize), head \(head)"),
        ("Context", "\(model.contextLength) positions, \(model.rotaryInWords)\(limit)"),
        ("Parameters", "\(model.parameterCount) (\(millions(model.parameterCount)))"),
        ("Weights", "\(weights.joined(separator: ", "))"),
        ("KV cache", "\(bytes(cache)) per position, \(bytes(cache * model.contextLength)) for the whole context"),
        ("Files", "\(usability)"),
        ("Fingerprint", "\(fingerprint)"),
        ("Begin token", "\(beginToken(model))"),
        ("End tokens", "\(endTokens(model))"),
        ("Chat template", "\(template)"),
      ]
    )
  }

  /// How far a terminal moves what follows a label.
  static let labelColumns = 16

  private var usability: String {
    guard !files.isConfigurationAlone else {
      return "config.json alone; to decode, \(WeightNames.model.alternatives) and tokenizer.json are needed too"
    }
    let weights = files.checkpoint.map {
      "weights can be used, stored as \($0.storedTypes), held as \($0.naturalWeightType.rawValue) without --dtype"
    }
    let tokenizer = files.tokenizer.map { "tokenizer can be used, \($0.vocabularySize) tokens" }
    return "\(weights ?? "weights cannot be used"); \(tokenizer ?? "tokenizer cannot be used")"
  }

  /// What a suite's manifest names its target by.
  private var fingerprint: String {
    (try? files.checkpoint?.fingerprint()) ?? "none without weights"
  }

  private func beginToken(_ model: ModelConfiguration) -> String {
    guard let token = model.beginToken else { return "none" }
    let isAdded = files.tokenizer?.addsBeginToken == true
    let place = isAdded ? "in front of plain text" : "not put in front of plain text by the tokenizer"
    return "\(named(token)), \(place)"
  }

  private func endTokens(_ model: ModelConfiguration) -> String {
    guard !model.endTokens.isEmpty else { return "none: outputs end at --max-new-tokens, or where the context does" }
    return model.endTokens.map(named).joined(separator: ", ")
  }

  /// A token with its text, where the tokenizer can be used.
  private func named(_ token: Token) -> String {
    files.tokenizer.map { "\(token) \(quoted($0.decode([token])))" } ?? "\(token)"
  }

  /// How conversations are written for the model where --chat-template does not say it.
  private var template: String {
    let otherwise = "prompts are plain text, or written as --chat-template says"
    switch ModelTemplate(files.location) {
    case .none: return "the model has none; \(otherwise)"
    case .usable(let template):
      return "the model's own, from \(URL(fileURLWithPath: template.file).lastPathComponent)"
        + (template.usesDate ? ", which writes the date (--template-date)" : "")
        + "; for the model of a suite the suite's"
    case .unusable(let file, let reason):
      return "the one in \(URL(fileURLWithPath: file).lastPathComponent) is not used, since \(reason); \(otherwise)"
    }
  }

  /// What each method adds: its companion that lies beside the model, or else the published one by its formula.
  func methods(_ model: ModelConfiguration) -> Fields {
    let additions = MethodRegistry.builtIn.methods.map { ($0, addition($0, model)) }
    // What is measured without being named is compared with each other.
    let largest = additions.filter { $0.0.isDefault }.max { $0.1.parameters < $1.1.parameters }
    let entries = additions.map { method, added -> (label: String, text: RichText) in
      var text = added.parameters == 0 ? "nothing" : "\(added.parameters) (\(millions(added.parameters)))"
      if let largest, added.parameters > 0, added.parameters < largest.1.parameters {
        let share = 1 - Double(added.parameters) / Double(largest.1.parameters)
        text += ", \((1000 * share).rounded() / 10) % fewer than \(largest.0.name)"
      }
      return (method.name, RichText(raw: text + added.origin))
    }
    return Fields(title: "What each method adds to the model:", labelColumns: 18, entries)
  }

  /// Companions that are there and do not fit the model.
  var unusableCompanions: [any Error] {
    guard let model = files.configuration else { return [] }
    var problems: [any Error] = []
    for companion in MethodRegistry.builtIn.methods.compactMap(\.companion) {
      do {
        _ = try companion.parameters(for: model, beside: files.directory)
      } catch  where !problems.contains(where: { "\($0)" == "\(error)" }) {
        problems.append(error)
      } catch {
        continue
      }
    }
    return problems
  }

  private func addition(_ method: Method, _ model: ModelConfiguration) -> (parameters: Int, origin: String) {
    let published = method.addedParameters(model)
    guard let companion = method.companion, method.needsCompanionByDefault else { return (published, "") }
    let folder = companion.setting.defaultValue + "/"
    do {
      if let own = try companion.parameters(for: model, beside: files.directory) {
        return (own, "; the one in \(folder)")
      }
    } catch {
      // What is wrong with it is told among the obstacles.
      return (published, "; as published, by formula: the one in \(folder) cannot be used")
    }
    return (published, "; as published, by formula: there is none in \(folder)")
  }

  private func millions(_ count: Int) -> String {
    let value = Double(count) / 1e6
    return value >= 10 ? "\(Int(value.rounded())) M" : "\((value * 100).rounded() / 100) M"
  }

  private func bytes(_ count: Int) -> String {
    let (value, unit) = count >= 1_000_000_000 ? (1e9, "GB") : count >= 1_000_000 ? (1e6, "MB") : (1e3, "kB")
    return "\((Double(count) / value * 10).rounded() / 10) \(unit)"
  }
}
