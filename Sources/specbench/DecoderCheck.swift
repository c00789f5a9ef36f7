import SpecDecoding
import SpecModel

extension ModelFiles {
  /// Checks decoders against the model, before its weights are read.
  ///
  /// - Parameters:
  ///   - specs: methods and settings.
  ///   - sampling: how tokens are chosen.
  ///   - areDefault: whether nobody named them, so that those whose companion is not there are left out, which is told.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  ///   - suiteDirectory: the suite's folder; nil where no suite is measured.
  /// - Returns: those that can be made.
  /// - Throws: what keeps the model or a decoder from being used: all of it at once.
  func check(
    _ specs: [DecoderSpec],
    _ sampling: Sampling = .greedy,
    areDefault: Bool = false,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) throws -> [DecoderSpec] {
    for spec in specs { _ = try MethodRegistry.builtIn.complete(spec) }
    guard let configuration else {
      _ = try usable()
      return []
    }
    let target = TargetFiles(
      configuration: configuration,
      model: location,
      workingDirectory: workingDirectory,
      suiteDirectory: suiteDirectory
    )
    let choice =
      areDefault
      ? DecoderChoice(default: specs, target: target, sampling: sampling)
      : DecoderChoice(named: specs, target: target, sampling: sampling)
    try check(adding: choice.problems)
    for omission in choice.omissions { tell(omission) }
    return choice.specs
  }
}
