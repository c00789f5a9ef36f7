import ArgumentParser
import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecTraining

/// A model's shape.
struct ShapeOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Number of layers.", valueName: "n"))
  var layers = 2

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Width of the residual stream. Default: 256, or the target's.", valueName: "n")
  )
  var width: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Width of the feed-forward block. Default: 2.75 × the width.", valueName: "n")
  )
  var inner: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Attention heads. Default: one for 32 numbers of the width.", valueName: "n")
  )
  var heads: Int?

  func validate() throws {
    try check(layers, in: 1...1024, of: "--layers")
    try check(heads, in: 1...1024, of: "--heads")
    for (name, value) in [("--width", width), ("--inner", inner)] {
      if let value, value % 32 != 0 || !(32...65536).contains(value) {
        throw ValidationError("\(name) is \(value); choose a multiple of 32 from 32 to 65536")
      }
    }
  }

  /// A configuration with what was given in the place of its own.
  func applied(to base: ModelConfiguration) throws -> ModelConfiguration {
    // Only a plain Llama can be trained whole.
    var shape = base.asPlainLlama
    shape.layers = layers
    shape.hiddenSize = width ?? base.hiddenSize
    let isOwnWidth = shape.hiddenSize == base.hiddenSize
    shape.intermediateSize = inner ?? (isOwnWidth ? base.intermediateSize : shape.hiddenSize * 11 / 128 * 32)
    if heads != nil || !isOwnWidth {
      shape.attentionHeads = heads ?? max(1, shape.hiddenSize / 32)
      shape.keyValueHeads = shape.attentionHeads
      shape.headDimension = shape.hiddenSize / shape.attentionHeads
    }
    guard shape.attentionHeads > 0, shape.headDimension.isMultiple(of: 2), shape.headDimension > 0,
      shape.attentionHeads * shape.headDimension == shape.hiddenSize || heads == nil
    else {
      throw ValidationError("--heads is \(shape.attentionHeads): the width divided by it must be an even number")
    }
    return shape
  }
}

struct TrainModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Train a Llama-architecture model from scratch."
  )

  @OptionGroup var options: TrainingOptions
  @OptionGroup var shape: ShapeOptions

  @Option(help: ArgumentHelp("A folder with tokenizer.json, as train tokenizer writes it.", valueName: "dir"))
  var tokenizer: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Most positions of the model.", valueName: "n"))
  var context = 1024

  func validate() throws {
    try refuseEmptyPaths(["--tokenizer": tokenizer])
    if options.data.isEmpty { throw ValidationError("there is nothing to learn from: give --data FILE") }
    try check(context, in: OptionRange.contextLength, of: "--context")
  }

  func run() throws {
    let tokens = try Tokenizer(directory: tokenizer)
    let base = ModelConfiguration(
      hiddenSize: 256,
      intermediateSize: 704,
      layers: shape.layers,
      attentionHeads: 8,
      keyValueHeads: 8,
      headDimension: 32,
      vocabularySize: (tokens.vocabularySize + 31) / 32 * 32,
      contextLength: context,
      tiesEmbeddings: true,
      beginToken: tokens.token(for: "<s>"),
      endTokens: tokens.token(for: "</s>").map { [$0] } ?? []
    )
    let configuration = try shape.applied(to: base)
    try options.claimingOutput {
      var documents = TokenizedDocuments()
      let encoded = try options.encoded(
        tokenizer: tokens,
        model: ModelLocation(tokenizer),
        configuration: configuration,
        fallback: .zephyr
      )
      for document in encoded.documents {
        documents.append(document.tokens, limit: min(options.documentTokens, context))
      }
      let computeContext = try options.contextOptions.makeContext()
      let objective = try NextTokenObjective(
        configuration,
        rows: options.batchTokens,
        seed: options.seedBits,
        context: computeContext
      )
      try options.train(objective, title: "Language model", documents: documents, context: computeContext) {
        try objective.write(to: $0, tokenizerFrom: tokenizer)
        // The model is to be asked as it has learned to be.
        if let template = encoded.writer?.jinja { try OutputFile.write(template, to: $0 + "/chat_template.jinja") }
      }
    }
  }
}
