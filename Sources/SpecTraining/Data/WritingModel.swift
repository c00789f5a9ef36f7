import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// A model that writes texts to learn from, many at once. Its weights are read once they are needed.
package final class WritingModel {
  /// The model's files.
  package let checkpoint: Checkpoint
  private let places: Int?
  private var target: Transformer?
  private var hashes: [String]?

  /// - Parameters:
  ///   - checkpoint: the model.
  ///   - places: most texts that are written at once; nil for as many as memory has room for. Texts do not depend on it.
  package init(_ checkpoint: Checkpoint, places: Int? = nil) { (self.checkpoint, self.places) = (checkpoint, places) }

  /// What writes.
  ///
  /// - Parameters:
  ///   - limits: temperature and which tokens may be drawn.
  ///   - positions: most tokens of a text, its prompt included.
  ///   - context: the kernels and threads to compute on.
  ///   - check: called while weights are read; what it throws ends that.
  /// - Returns: the writer.
  /// - Throws: what loading the model and `check` throw.
  func batch(
    limits: SamplingLimits,
    positions: Int,
    context: ComputeContext,
    check: () throws -> Void
  ) throws -> BatchedGeneration {
    let target = try self.target ?? Transformer(checkpoint: checkpoint, context: context) { _, _ in try check() }
    self.target = target
    // What training takes comes later, when the texts are there.
    let fitting = BatchedGeneration.places(
      for: checkpoint.configuration,
      positions: positions,
      available: SystemMemory.available().map { $0 / 2 }
    )
    return try BatchedGeneration(target, limits: limits, places: places ?? fitting)
  }

  /// When a text ends: with an end token or where there is no more room.
  ///
  /// - Parameter positions: most tokens of a text, its prompt included.
  /// - Returns: the rules.
  func rules(positions: Int) -> StopRules {
    StopRules(
      endTokens: Set(checkpoint.configuration.endTokens),
      maximumNewTokens: positions,
      contextLength: min(positions, checkpoint.configuration.contextLength)
    )
  }

  /// The hashes of all files that its texts follow from.
  ///
  /// - Parameter check: called while they are read; what it throws ends that.
  /// - Returns: SHA-256 in hexadecimal, file by file.
  /// - Throws: if a file cannot be read, and what `check` throws.
  func fileHashes(_ check: () throws -> Void) throws -> [String] {
    if let hashes { return hashes }
    let found = try checkpoint.definingFiles.map { try FileHash.sha256(of: $0) { _ in try check() } }
    hashes = found
    return found
  }
}
