import SpecModel

/// Self-speculative decoding (Zhang et al. 2024, arXiv 2309.08168): the target drafts for itself with some of its layers
/// skipped, and verifies with all of them. Drafting reads the keys and values of the whole model where those are certain.
///
/// Drafting ends once the drafted token's probability falls below a threshold that follows the acceptance rate (§3.3), by
/// at most 0.001 in a cycle. The official code carries threshold and rate from prompt to prompt; here both begin anew, so
/// that what is measured of a prompt does not depend on the prompts before it. The paper skips attention and feed-forward
/// blocks one by one, as a search over each model finds best; here whole layers are skipped, by default every second one
/// between the first and the last two.
final class SelfSpeculative: Drafter {
  /// The paper's constants: the acceptance rate that the threshold aims at, its step, and how slowly both averages move.
  private enum Adaptation {
    static let goal: Float = 0.9
    static let step: Float = 0.01
    static let rateMemory: Float = 0.5
    static let thresholdMemory: Float = 0.9
  }

  private let target: CachedModel
  /// The target's stages that draft.
  private let drafting: [Int]
  private let head: DraftHead
  private let steps: Int
  private let firstThreshold: Float
  private var threshold: Float
  private var rate = Adaptation.goal

  /// The tokens of the drafting head.
  var vocabulary: [Token]? { head.vocabulary }

  /// - Parameters:
  ///   - target: the model, cut where skipped layers begin and end.
  ///   - drafting: which of its stages draft.
  ///   - head: what drafted tokens are chosen with.
  ///   - steps: most tokens drafted in a cycle.
  ///   - threshold: where the threshold begins.
  init(target: CachedModel, drafting: [Int], head: DraftHead, steps: Int, threshold: Float) {
    self.target = target
    self.drafting = drafting
    self.head = head
    self.steps = steps
    self.threshold = threshold
    firstThreshold = threshold
  }

  func begin(_ prompt: [Token]) -> Draft {
    threshold = firstThreshold
    rate = Adaptation.goal
    return Draft(root: prompt[prompt.count - 1])
  }

  func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    var draft = context.root
    while draft.depth < min(steps, context.limit), draft.isSure(threshold) {
      target.run(context.text, draft, skippingTo: drafting)
      let logits = target.logits(after: draft.newest..<draft.count, by: head)
      let position = context.text.count + draft.depth
      draft.append(try context.sampler.draft(logits, at: position, vocabulary: head.vocabulary))
    }
    return draft
  }

  func update(_ kept: Kept) {
    let drafted = kept.draft.depth
    guard drafted > 0 else { return }
    let newest = Float(kept.accepted) / Float(drafted)
    rate = Adaptation.rateMemory * rate + (1 - Adaptation.rateMemory) * newest
    // A draft that was not cut short says nothing about a lower threshold.
    let step = rate < Adaptation.goal ? Adaptation.step : drafted < steps ? -Adaptation.step : 0
    let aim = threshold + step
    threshold = Adaptation.thresholdMemory * threshold + (1 - Adaptation.thresholdMemory) * aim
  }
}

extension SelfSpeculative {
  /// The registry's entry.
  static let method = Method(
    name: "self-speculative",
    summary: "The target drafts with some of its layers skipped, and verifies with all; no training.",
    paper:
      "Zhang et al. 2024, Draft & Verify: Lossless Large Language Model Acceleration via Self-Speculative Decoding, "
      + "arXiv 2309.08168",
    settings: [
      Setting(
        name: "skip",
        kind: .text,
        default: "half",
        help:
          "layers that drafting skips, from 0, like 3-6/9 or, to the last one, 2-; 'half' is every second one in the middle",
        examples: ["2", "3-4", "1/3", "2-"]
      ),
      Setting(name: "steps", kind: .draftLength, default: "12", help: "most tokens drafted in a cycle"),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        default: "0.6",
        help: "drafting stops below this probability; within a prompt it follows the acceptance rate a little"
      ),
      .vocabulary, .frequencies,
    ],
    verifiesByRejection: true,
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { settings, files in
      _ = try skippedLayers(settings, of: files.configuration.layers)
      _ = try settings.draftVocabulary(files)
    },
    vocabularyNeed: { try $0.headNeed(of: $1.configuration) },
    make: { settings, resources in
      let layers = resources.target.configuration.layers
      let skipped = try skippedLayers(settings, of: layers)
      let starts = [0] + (1..<layers).filter { skipped.contains($0) != skipped.contains($0 - 1) }
      let segments = zip(starts, starts.dropFirst() + [layers]).map { $0..<$1 }
      let target = try CachedModel(resources.target, cuts: Array(starts.dropFirst()))
      let drafter = SelfSpeculative(
        target: target,
        drafting: segments.indices.filter { !skipped.contains(segments[$0].lowerBound) },
        head: try resources.target.draftHead(over: settings.draftVocabulary(resources.files)),
        steps: try settings.integer("steps"),
        threshold: try settings.number("threshold")
      )
      let decoder = try SpeculativeDecoder(target: target, drafter: drafter, sampling: resources.sampling)
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )

  private static func skippedLayers(_ settings: SettingValues, of layers: Int) throws(DecodingError) -> Set<Int> {
    let text = settings.text("skip")
    if text == "half" { return Set(stride(from: 1, to: layers - 2, by: 2)) }
    var skipped = Set<Int>()
    for part in text.split(separator: "/", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).enumerated().map { place, end in
        end.isEmpty && place == 1 ? layers - 1 : Int(end)
      }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last, last < layers
      else { throw settings.invalid("skip", "'half' or layers from 0 to \(layers - 1), like 3-6/9 or 2-,") }
      skipped.formUnion(first...last)
    }
    guard skipped.count < layers else { throw settings.invalid("skip", "at least one layer that is not skipped") }
    return skipped
  }
}
