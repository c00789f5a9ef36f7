import SpecModel

/// The decoders of a run, checked against a target before its weights are read.
public struct DecoderChoice {
  /// The decoders that can be made.
  public private(set) var specs: [DecoderSpec] = []
  /// What was left out of a default, each in one sentence with how to get it.
  public private(set) var omissions: [String] = []
  /// What keeps decoders from being made.
  public private(set) var problems: [any Error] = []

  /// The decoders that a user named: each must be possible.
  ///
  /// - Parameters:
  ///   - specs: methods and settings.
  ///   - target: the target's shape and folder.
  ///   - sampling: how tokens are chosen.
  ///   - registry: the methods.
  public init(
    named specs: [DecoderSpec],
    target: TargetFiles,
    sampling: Sampling = .greedy,
    registry: MethodRegistry = .builtIn
  ) {
    self.specs = specs
    for spec in specs {
      do { try registry.check(spec, target: target, sampling: sampling) } catch { report(error) }
    }
  }

  /// Decoders that nobody named: those whose companion is not there, or whose settings do not fit the target's shape, are
  /// left out. A companion that is there and cannot be used is a problem.
  ///
  /// - Parameters:
  ///   - specs: methods and settings.
  ///   - target: the target's shape and folder.
  ///   - sampling: how tokens are chosen.
  ///   - registry: the methods.
  public init(
    default specs: [DecoderSpec],
    target: TargetFiles,
    sampling: Sampling = .greedy,
    registry: MethodRegistry = .builtIn
  ) {
    var missing: [(specs: [DecoderSpec], first: MissingCompanion)] = []
    for spec in specs {
      do {
        try registry.check(spec, target: target, sampling: sampling)
        self.specs.append(spec)
      } catch let error as MissingCompanion {
        if let place = missing.firstIndex(where: { $0.first.advice == error.advice }) {
          missing[place].specs.append(spec)
        } else {
          missing.append(([spec], error))
        }
      } catch let error as DecodingError {
        omissions.append("Left out: \(spec): \(error)")
      } catch {
        report(error)
      }
    }
    omissions += missing.map { group in
      let names = group.specs.map(\.description).joined(separator: " and ")
      let verb = group.specs.count == 1 ? "needs" : "need"
      return "Left out: \(names) \(verb) \(group.first.companion.noun), but there is no \(group.first.file): "
        + group.first.advice
    }
  }

  private mutating func report(_ error: any Error) {
    if !problems.contains(where: { "\($0)" == "\(error)" }) { problems.append(error) }
  }
}
