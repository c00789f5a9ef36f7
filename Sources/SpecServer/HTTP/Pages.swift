import Foundation
import SpecFiles

/// What the server tells of itself.
extension Service {
  /// OpenAI's list of models: the model, and the model with each decoder.
  var modelList: JSONValue {
    let plain = entry(model.name, model.defaultDecoder)
    return ["object": "list", "data": .array([plain] + model.decoders.map { entry("\(model.name):\($0.name)", $0) })]
  }

  private func entry(_ id: String, _ decoder: OfferedDecoder) -> JSONValue {
    [
      "id": .text(id), "object": "model", "created": .integer(Int(model.created.timeIntervalSince1970)),
      "owned_by": "specbench", "root": .text(model.path), "parent": nil,
      "max_model_len": .integer(model.configuration.contextLength), "decoder": .text(decoder.spec.description),
    ]
  }

  /// llama-server's properties, and what else tells how tokens come about.
  var properties: JSONValue {
    [
      "default_generation_settings": ["n_ctx": .integer(model.configuration.contextLength), "params": settings],
      "total_slots": .integer(1), "model_alias": .text(model.name), "model_path": .text(model.path),
      "model_ftype": .text(model.weightType), "chat_template": .text(model.chat?.source ?? ""),
      "bos_token": .text(text(model.configuration.beginToken)),
      "eos_token": .text(text(model.configuration.endTokens.first)),
      "build_info": .text("specbench-\(version)"),
      "specbench": [
        "version": .text(version), "kernels": .text(model.kernels), "threads": .integer(model.threads),
        "vocabulary_size": .integer(model.configuration.vocabularySize),
        "decoders": .array(
          model.decoders.map { ["name": .text($0.name), "spec": .text($0.spec.description)] }
        ),
        "default_decoder": .text(model.defaultDecoder.name),
      ],
    ]
  }

  private var settings: JSONValue {
    let type = model.defaultDecoder.drafts ? model.defaultDecoder.name : "none"
    return ["temperature": .integer(0), "seed": .integer(1), "speculative.types": .text(type)]
  }

  private func text(_ token: Int32?) -> String {
    token.map { String(decoding: model.tokenizer.bytes(of: $0), as: UTF8.self) } ?? ""
  }

  /// llama-server's slots: there is one, since one request is decoded at a time.
  var slots: JSONValue {
    .array([
      [
        "id": .integer(0), "n_ctx": .integer(model.configuration.contextLength),
        "speculative": .boolean(model.defaultDecoder.drafts),
        "is_processing": .boolean(metrics.counts.isRunning), "params": settings,
      ]
    ])
  }

  /// Counters in Prometheus' text form, under vLLM's and llama-server's names.
  var metricsText: String {
    metrics.counts.text(modelName: model.name, waiting: queue.count, speculates: model.speculates)
  }
}
