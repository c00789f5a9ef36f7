import SpecFiles

/// Why no bundle can be made or checked. Its description is one sentence for a user.
package enum BundleError: Error, Equatable, CustomStringConvertible {
  /// The suite's files are not those that were measured.
  case otherSuite(path: String, run: Int64)
  /// The file carries no files.
  case notABundle(path: String)
  /// The file holds several runs, or none.
  case notOneRun(path: String, runs: Int)
  /// The run was measured where it cannot be measured again.
  case notDecodedHere(path: String)

  package var description: String {
    switch self {
    case .otherSuite(let path, let run):
      "\(printablePath(path)): the suite's files are not those that run \(run) was measured with; bring them back, or name the "
        + "suite as it was with --suite"
    case .notABundle(let path):
      "\(printablePath(path)): it is a database but no bundle; name a file that 'specbench bundle' has written"
    case .notOneRun(let path, let runs):
      "\(printablePath(path)): it holds \(quantity(runs, "run")), and a bundle holds one; name a file that 'specbench bundle' has "
        + "written"
    case .notDecodedHere(let path):
      "\(printablePath(path)): its run was not decoded by this program but by servers or in another program; leave --model away"
    }
  }
}
