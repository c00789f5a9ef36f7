import Foundation
import SpecDecoding
import SpecFiles
import SpecModel
import SpecRunner

/// A decoder that clients may ask for.
package struct OfferedDecoder: Sendable, Equatable {
  /// The name, unique among the server's.
  package let name: String
  /// The spec with all settings written out.
  package let spec: DecoderSpec
  /// Whether it ever drafts.
  package var drafts: Bool { spec.method != MethodRegistry.builtIn.baseline.name }
}

/// What a server knows of its model without touching the weights; any thread may ask.
package struct OfferedModel: Sendable {
  /// What clients call the model.
  package let name: String
  /// The model's folder or file.
  package let path: String
  /// The model's shape.
  package let configuration: ModelConfiguration
  /// Texts to tokens.
  package let encoder: TextEncoder
  /// Tokens to texts.
  package let tokenizer: Tokenizer
  /// How conversations are written; nil where the model has no template.
  package let chat: ChatWriting?
  /// The decoders, the baseline first.
  package let decoders: [OfferedDecoder]
  /// The decoder of requests that name none.
  package let defaultDecoder: OfferedDecoder
  /// How weights are held.
  package let weightType: String
  /// The kernel set and the threads.
  package let kernels: String
  /// Threads that compute.
  package let threads: Int
  /// When the server was made.
  package let created: Date

  /// - Parameters:
  ///   - model: the model.
  ///   - decoders: the decoders, the baseline first.
  ///   - defaultDecoder: the place of the one for requests that name none.
  ///   - chat: how conversations are written.
  package init(_ model: LoadedModel, decoders: [RunDecoder], defaultDecoder: Int = 0, chat: ChatWriting?) {
    name = model.name
    path = model.location.path
    configuration = model.target.configuration
    encoder = model.encoder
    tokenizer = model.tokenizer
    self.chat = chat
    self.decoders = decoders.map { OfferedDecoder(name: $0.name, spec: $0.spec) }
    self.defaultDecoder = self.decoders[defaultDecoder]
    weightType = model.target.weightType.rawValue
    kernels = model.target.context.kernels.name
    threads = model.target.context.threads
    created = Date()
  }

  /// Whether any of the decoders drafts.
  var speculates: Bool { decoders.contains { $0.drafts } }

  /// The decoder that a request names.
  ///
  /// - Parameters:
  ///   - modelName: the model's name, or that with a decoder after a colon; nil for the model.
  ///   - decoder: a decoder's name or spec; nil for the one in the model's name, or the default.
  /// - Returns: the decoder.
  /// - Throws: ``Refusal`` for a model or a decoder that the server does not have.
  func decoder(modelName: String?, decoder: String?) throws(Refusal) -> OfferedDecoder {
    var named = decoder
    if let modelName, modelName != name {
      guard modelName.hasPrefix(name + ":") else {
        throw Refusal(
          404,
          "there is no model \(quoted(modelName)); ask for '\(name)' or '\(name):DECODER'",
          details: ["param": "model"]
        )
      }
      let part = String(modelName.dropFirst(name.count + 1))
      guard decoder == nil || decoder == part else {
        throw Refusal(400, "\"model\" and \"decoder\" name different decoders; name it once")
      }
      named = part
    }
    guard let named else { return defaultDecoder }
    let spec = try? MethodRegistry.builtIn.complete(DecoderSpec(named))
    guard let found = decoders.first(where: { $0.name == named }) ?? decoders.first(where: { $0.spec == spec }) else {
      throw Refusal(
        404,
        "the server has no decoder \(quoted(named)); choose from "
          + "\(decoders.map(\.name).joined(separator: ", ")), or start it with --decoder",
        details: ["param": "decoder"]
      )
    }
    return found
  }
}
