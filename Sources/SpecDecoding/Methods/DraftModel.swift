import Foundation
import SpecFiles
import SpecKernels
import SpecModel

/// A smaller model drafts for the target (Leviathan et al. 2023, arXiv 2211.17192, Algorithm 1; Chen et al. 2023, arXiv
/// 2302.01318, Algorithm 2). It keeps keys and values of its own, rolled back to what was accepted.
public final class DraftModel: Drafter {
  /// How many tokens are drafted in a cycle.
  public enum Schedule: String, CaseIterable, Sendable {
    /// Always as many as set.
    case constant
    /// Two more after a draft that was accepted whole, one fewer after any other (Hugging Face's heuristic).
    case adaptive
  }

  private let model: CachedModel
  private let head: DraftHead
  private let steps: Int
  private let schedule: Schedule
  private let threshold: Float
  /// How many tokens the next cycle drafts.
  private var length: Int

  /// - Parameters:
  ///   - model: the drafting model; its vocabulary is the target's.
  ///   - steps: most tokens drafted in a cycle; with an adaptive schedule those of the first cycle.
  ///   - schedule: how that number changes.
  ///   - threshold: drafting stops once the probability of the last drafted token is below this.
  ///   - vocabulary: the tokens that may be drafted, rising; nil for all.
  /// - Throws: `KernelError` if there is not enough memory.
  init(model: Transformer, steps: Int, schedule: Schedule, threshold: Float, vocabulary: [Token]?) throws {
    self.model = try CachedModel(model)
    head = try model.draftHead(over: vocabulary)
    self.steps = steps
    self.schedule = schedule
    self.threshold = threshold
    length = steps
  }

  /// The drafting model.
  public var models: [any DraftingModel] { [model] }

  /// The tokens of the draft model's head.
  public var vocabulary: [Token]? { head.vocabulary }

  /// Begins the schedule anew.
  public func begin(_ prompt: [Token]) -> Draft {
    length = steps
    return Draft(root: prompt[prompt.count - 1])
  }

  /// Runs the prompt. After a prompt beyond this model's context nothing is drafted.
  public func prefill(_ context: DraftContext) {
    if context.text.count <= contextLength { model.run(context.text, context.root) }
  }

  /// Drafts until unsure.
  public func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    var draft = context.root
    draft.lacksRoom = context.limit > 0 && context.text.count > contextLength
    let most = min(length, context.limit, contextLength - context.rootPosition)
    while draft.depth < most, draft.isSure(threshold) {
      let logits = model.logitsAfterNewest(context.text, draft, by: head)
      let position = context.text.count + draft.depth
      draft.append(try context.sampler.draft(logits, at: position, vocabulary: head.vocabulary))
    }
    return draft
  }

  /// Follows the schedule.
  public func update(_ kept: Kept) {
    guard schedule == .adaptive, kept.draft.depth > 0 else { return }
    length = kept.accepted == kept.draft.depth ? min(length + 2, Setting.longestDraft) : max(1, length - 1)
  }

  private var contextLength: Int { model.model.configuration.contextLength }
}

extension DraftModel {
  /// A decoder that drafts with a model.
  ///
  /// - Parameters:
  ///   - target: the model whose output is reproduced.
  ///   - model: the drafting model; its vocabulary is the target's.
  ///   - steps: most tokens drafted in a cycle; with an adaptive schedule those of the first cycle.
  ///   - schedule: how that number changes.
  ///   - threshold: drafting stops once the probability of the last drafted token is below this.
  ///   - draftsWithPrompt: whether the first drafts are verified in the prompt's own pass.
  ///   - vocabulary: the tokens that may be drafted, rising; nil for all.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  public static func decoder(
    target: Transformer,
    model: Transformer,
    steps: Int,
    schedule: Schedule = .constant,
    threshold: Float = 0,
    draftsWithPrompt: Bool = false,
    vocabulary: [Token]? = nil,
    sampling: Sampling = .greedy
  ) throws -> any Decoder {
    try SpeculativeDecoder(
      target: CachedModel(target),
      drafter: DraftModel(
        model: model,
        steps: steps,
        schedule: schedule,
        threshold: threshold,
        vocabulary: vocabulary
      ),
      sampling: sampling,
      draftsWithPrompt: draftsWithPrompt
    )
  }

  private static let companion = Companion(
    setting: Setting(
      name: "model",
      kind: .text,
      default: "draft",
      help: "the draft model's folder or GGUF file; 'draft' is the folder beside the target's files",
      namesFile: true
    ),
    noun: "a draft model",
    weights: WeightNames.model.safetensors,
    torchWeights: WeightNames.model.torch,
    training: "draft",
    numberHint: "the number of drafted tokens is 'steps'",
    read: { folder, files in try checkpoint(folder, files).configuration.parameterCount },
    blueprint: { target in
      var half = target
      half.layers = max(1, target.layers / 2)
      return Companion.Blueprint(configuration: half.description(storedAs: "float32"), tensors: half.tensorShapes)
    }
  )

  /// The registry's entry.
  static let method = Method(
    name: "draft-model",
    summary: "A smaller model with the same tokenizer drafts a chain; the target verifies it in one pass.",
    paper: "Leviathan et al. 2023, Fast Inference from Transformers via Speculative Decoding, arXiv 2211.17192; "
      + "Chen et al. 2023, arXiv 2302.01318",
    settings: [
      Setting(
        name: "steps",
        kind: .draftLength,
        default: "5",
        help: "tokens drafted in a cycle; with schedule=adaptive in the first"
      ),
      Setting(
        name: "schedule",
        kind: .choice(Schedule.allCases.map(\.rawValue)),
        default: Schedule.constant.rawValue,
        help: "adaptive: two more after a draft accepted whole, one fewer after any other"
      ),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        default: "0",
        help: "drafting stops once the probability of the last drafted token is below this"
      ),
      companion.setting, .vocabulary, .frequencies,
      .reference("as Hugging Face's assisted generation: first drafts verified with the prompt"),
    ],
    companion: companion,
    verifiesByRejection: true,
    addedParameters: { published(for: $0).parameterCount },
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { _ = try $0.draftVocabulary($1, companion) },
    bytesPerPosition: { settings, files in
      let model = try Checkpoint.configuration(ModelLocation(files.folder(of: companion, settings)))
      return model.cacheBytesPerPosition + model.hiddenSize * MemoryLayout<Float>.size
    },
    vocabularyNeed: { settings, files in
      try settings.headNeed(of: Checkpoint.configuration(ModelLocation(files.folder(of: companion, settings))))
    },
    make: { settings, resources in
      let model = try Transformer(
        checkpoint: checkpoint(resources.folder(of: companion, settings), resources.files),
        weightType: resources.target.weightType,
        context: resources.target.context
      )
      let decoder = try decoder(
        target: resources.target,
        model: model,
        steps: settings.integer("steps"),
        schedule: Schedule(rawValue: settings.text("schedule")) ?? .constant,
        threshold: settings.number("threshold"),
        draftsWithPrompt: settings.flag("reference"),
        vocabulary: settings.draftVocabulary(resources.files, companion),
        sampling: resources.sampling
      )
      return PreparedDecoder(
        decoder: decoder,
        addedParameters: model.configuration.parameterCount,
        warning: warning(model.configuration.contextLength, target: resources.target.configuration.contextLength)
      )
    }
  )

  /// What a user should know of a draft model whose context is shorter than the target's.
  private static func warning(_ context: Int, target: Int) -> String? {
    guard context < target else { return nil }
    return "its draft model has a context of \(context) positions where the target has \(target): past them nothing is "
      + "drafted, and a cycle gives one token"
  }

  /// The model in a folder or a GGUF file, if it may draft for the target.
  private static func checkpoint(_ path: String, _ target: TargetFiles) throws -> Checkpoint {
    let location = ModelLocation(path)
    let configuration = try Checkpoint.configuration(location)
    let (found, expected) = (configuration.vocabularySize, target.configuration.vocabularySize)
    guard found == expected else {
      throw ModelError.companionMismatch(
        path: location.configurationFile,
        problem: "the draft model's vocabulary has \(found) entries where the target's has \(expected)"
      )
    }
    if let target = target.model { try checkTokens(of: location, against: target, count: expected) }
    return try Checkpoint(location)
  }

  /// Checks that each token of a draft model stands for what it stands for in the target, where both say so.
  private static func checkTokens(of draft: ModelLocation, against target: ModelLocation, count: Int) throws {
    let (path, other) = (draft.tokenizerFile, target.tokenizerFile)
    guard path != other, isEntry(path), isEntry(other) else { return }
    if draft.format == .folder, target.format == .folder {
      let mine = try InputFile<ModelError>.bytes(of: path)
      guard try mine != InputFile<ModelError>.bytes(of: other) else { return }
    }
    let (own, its) = (try Tokenizer(draft), try Tokenizer(target))
    if let token = (0..<Token(count)).first(where: { own.bytes(of: $0) != its.bytes(of: $0) }) {
      throw ModelError.companionMismatch(
        path: path,
        problem: "the draft model's tokenizer is not the target's: token \(token) stands for another text"
      )
    }
  }

  /// The 68-million-parameter Llama that the published comparisons draft with, with the target's vocabulary.
  private static func published(for target: ModelConfiguration) -> ModelConfiguration {
    ModelConfiguration(
      hiddenSize: 768,
      intermediateSize: 3072,
      layers: 2,
      attentionHeads: 12,
      keyValueHeads: 12,
      headDimension: 64,
      vocabularySize: target.vocabularySize,
      contextLength: target.contextLength
    )
  }
}
