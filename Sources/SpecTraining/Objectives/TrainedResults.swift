import SpecKernels
import SpecModel

extension Parameter {
  /// The parameter as the tensors of a checkpoint.
  var tensors: [NamedTensor] {
    partRanges.map { part, range in
      NamedTensor(part.name, shape: shape(of: part)) { wanted in
        self.value.withNumbers {
          Array($0[range.lowerBound + wanted.lowerBound..<range.lowerBound + wanted.upperBound])
        }
      }
    }
  }
}

extension NextTokenObjective {
  /// Writes the model as a checkpoint in Hugging Face layout.
  ///
  /// - Parameters:
  ///   - directory: the folder.
  ///   - tokenizer: a folder with the tokenizer's files.
  /// - Throws: if a file cannot be read or written.
  package func write(to directory: String, tokenizerFrom tokenizer: String) throws {
    let writer = CheckpointWriter()
    if tokenizer != directory { try writer.copyTokenizer(from: tokenizer, to: directory) }
    try writer.writeModel(model.configuration, tensors: parameters.flatMap(\.tensors), to: directory)
  }
}

extension DraftObjective {
  /// Writes the draft model as a checkpoint in Hugging Face layout.
  ///
  /// - Parameters:
  ///   - directory: the folder.
  ///   - tokenizer: the target's folder.
  /// - Throws: if a file cannot be read or written.
  package func write(to directory: String, tokenizerFrom tokenizer: String) throws {
    let writer = CheckpointWriter()
    try writer.copyTokenizer(from: tokenizer, to: directory)
    try writer.writeModel(draft.configuration, tensors: parameters.flatMap(\.tensors), to: directory)
  }
}

extension DraftableTargetObjective {
  /// Writes the model as a checkpoint in Hugging Face layout, and the drafters that it learned with.
  ///
  /// - Parameters:
  ///   - directory: the model's folder.
  ///   - adapterDirectory: the adapter's folder.
  ///   - headsDirectory: the heads' folder.
  ///   - tokenizer: a folder with the tokenizer's files.
  /// - Throws: if a file cannot be read or written.
  package func write(
    to directory: String,
    adapterTo adapterDirectory: String,
    headsTo headsDirectory: String,
    tokenizerFrom tokenizer: String
  ) throws {
    let writer = CheckpointWriter()
    if tokenizer != directory { try writer.copyTokenizer(from: tokenizer, to: directory) }
    try adapter.write(for: model.configuration, exitLayer: shape.exitLayer, to: adapterDirectory)
    try heads.write(for: model.configuration, others: model.head.value, to: headsDirectory)
    try writer.writeModel(model.configuration, tensors: model.parameters.flatMap(\.tensors), to: directory)
  }
}

extension TrainableAdapter {
  /// Writes the adapter in the official layout.
  func write(for target: ModelConfiguration, exitLayer: Int, to directory: String) throws {
    try CheckpointWriter().writeKangarooAdapter(
      for: target,
      exitLayer: exitLayer,
      shape: block.shape,
      epsilon: block.epsilon,
      tensors: parameters.flatMap(\.tensors),
      to: directory
    )
  }
}

extension TrainableHeads {
  /// Writes the heads in the official layout.
  ///
  /// - Parameters:
  ///   - target: the model that they are for.
  ///   - others: the rows of the tokens outside a draft vocabulary.
  ///   - directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  func write(for target: ModelConfiguration, others: FloatMatrix, to directory: String) throws {
    let tensors = heads.flatMap { head in
      head.linear.tensors + head.bias.tensors
        + (tokens.map { [$0.tensor(head.vocabulary, others: others)] } ?? head.vocabulary.tensors)
    }
    try CheckpointWriter().writeMedusaHeads(for: target, count: heads.count, tensors: tensors, to: directory)
  }
}

extension KangarooObjective {
  /// Writes the adapter in the official layout.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  package func write(to directory: String) throws {
    try adapter.write(for: targetConfiguration, exitLayer: exitLayer, to: directory)
  }
}

extension MedusaObjective {
  /// Writes the heads in the official layout.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  package func write(to directory: String) throws {
    try heads.write(for: targetConfiguration, others: imitation.target.head.value, to: directory)
  }
}
