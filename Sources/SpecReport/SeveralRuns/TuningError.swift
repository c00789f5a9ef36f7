import SpecFiles

/// Why no settings are chosen from runs.
package enum TuningError: Error, Equatable, CustomStringConvertible {
  /// The run holds imported answers, or was measured on another engine's servers.
  case notMeasuredHere(run: String)
  /// The run has not come to its end; `progress` is like `12 of 60 generations`.
  case unfinished(run: String, progress: String)
  /// Two runs differ in what a time or an output depends on; one phrase each.
  case unlike(first: String, second: String, differences: [String])
  /// No setting can be chosen; one phrase for each that was measured.
  case noSetting(runs: String, leftOut: [String])

  /// One sentence that says what was found and what to do.
  package var description: String {
    switch self {
    case .notMeasuredHere(let run):
      "\(run): its decoders are not this program's own, so that there are no settings to choose from; name a run of "
        + "'specbench sweep' or 'specbench run'"
    case .unfinished(let run, let progress):
      "\(run): it is unfinished (\(progress)), and what is missing may change the choice; go on with it by the same command "
        + "with --resume"
    case .unlike(let first, let second, let differences):
      "\(first) and \(second) were not measured alike: \(differences.joined(separator: "; ")); choose from one of them at a time"
    case .noSetting(let runs, let leftOut):
      "\(runs): no lossless setting of a method was measured"
        + (leftOut.isEmpty ? "" : " (\(leftOut.joined(separator: "; ")))")
        + "; measure some with 'specbench sweep'"
    }
  }
}
