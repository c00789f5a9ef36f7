/// Telling files of weights by their names, as in the list of a run's inputs.
package enum WeightFile {
  private static let endings = [".safetensors", ".bin", ".pt"]

  /// Whether a file of this name holds weights.
  package static func isNamed(_ name: String) -> Bool { endings.contains { name.hasSuffix($0) } }
}
