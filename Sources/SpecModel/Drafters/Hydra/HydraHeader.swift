import SpecFiles
import SpecKernels

extension HydraHeads {
  /// The heads' files, checked by their headers.
  public struct Header {
    let file: any TensorFile
    /// What the heads consist of.
    package let shape: HydraShape

    /// How many heads.
    public var count: Int { shape.count }

    /// Trained parameters of the heads.
    public var parameterCount: Int { shape.parameterCount }

    /// Bytes of what is kept for one position: the target's state, and the prefix layer's keys and values.
    public var bytesPerPosition: Int {
      shape.width * MemoryLayout<Float>.size + (shape.prefix?.cacheBytesPerPosition ?? 0)
    }

    /// Reads the heads' files without their weights.
    ///
    /// - Parameters:
    ///   - directory: a folder with `config.json` and `hydra_lm_head.safetensors` or `hydra_lm_head.pt`, in the official
    ///     parameter names.
    ///   - target: the shape of the model that they were trained for.
    /// - Throws: ``ModelError`` if a file is absent, malformed, of a kind that is not read or made for another target.
    public init(directory: String, target: ModelConfiguration) throws(ModelError) {
      let config = try JSONFile(path: directory + "/config.json", purpose: "the Hydra heads' configuration")
      let hasPrefix = try Self.hasPrefix(config)
      file = try WeightNames.hydra.open(in: directory)
      var shape = HydraShape(
        count: 1,
        blocks: try config.size("hydra_num_layers") ?? 1,
        hasPrefix: hasPrefix,
        for: target
      )
      // Modules with dropout layers have a number for each of them.
      shape.hasDropout = file.contains("hydra_mlp.0.1.res_connection.weight")
      while file.contains(shape.outputName(ofHead: shape.count) + "weight") { shape.count += 1 }
      guard shape.count <= HydraShape.mostHeads, shape.blocks <= 64 else {
        throw .unsupportedFeature(
          path: config.path,
          feature: "\(shape.count) heads of \(shape.blocks) residual blocks",
          supported: "up to \(HydraShape.mostHeads) heads of 64 blocks are"
        )
      }
      self.shape = shape
      try checkTarget()
      try file.check(shape.tensorShapes)
      try refuseOthers()
    }

    /// Which kind the configuration names; kinds that draft otherwise are refused.
    private static func hasPrefix(_ config: JSONFile) throws(ModelError) -> Bool {
      let architecture = try config["hydra_head_arch"]?.string() ?? "mlp"
      guard ["mlp", "prefix-mlp"].contains(architecture) else {
        throw .unsupportedFeature(
          path: config.path,
          feature: "the head architecture \(quoted(architecture))",
          supported: "'mlp' and 'prefix-mlp' are"
        )
      }
      guard try config["grounded_heads"]?.boolean() ?? false else {
        throw .unsupportedFeature(
          path: config.path,
          feature: "a head that does not see the drafted tokens, without \"grounded_heads\": true,",
          supported: "grounded heads are"
        )
      }
      let offset = try config["hidden_state_offset"]?.integer() ?? 0
      guard offset == 0 else {
        throw .unsupportedFeature(
          path: config.path,
          feature: "\"hidden_state_offset\": \(offset), a state before the last one,",
          supported: "heads that read the last state, with 0, are"
        )
      }
      return architecture == "prefix-mlp"
    }

    /// By the sides of the first head's output.
    private func checkTarget() throws(ModelError) {
      guard let found = file.shape(of: shape.outputName(ofHead: 0) + "weight"), found.count == 2,
        found != [shape.vocabulary, shape.width]
      else { return }
      throw .companionMismatch(
        path: file.path,
        problem:
          "the heads are for a model of width \(found[1]) with a vocabulary of \(found[0]), where the target's width "
          + "is \(shape.width) and its vocabulary \(shape.vocabulary)"
      )
    }

    /// Refuses tensors that would be left out of the computation. The prefix layer's own embedding is read by nothing in the
    /// official code either.
    private func refuseOthers() throws(ModelError) {
      let known = Set(shape.tensorShapes.keys).union([HydraShape.prefixName + "embed_tokens.weight"])
      guard let other = file.names.first(where: { !known.contains($0) && !$0.hasSuffix("rotary_emb.inv_freq") }) else {
        return
      }
      throw .unsupportedFeature(
        path: file.path,
        feature: "the tensor \(quoted(other)) beside \(shape.count) Hydra heads of \(shape.blocks) blocks",
        supported: "the parts of the official heads of the kinds 'mlp' and 'prefix-mlp' are"
      )
    }
  }
}
