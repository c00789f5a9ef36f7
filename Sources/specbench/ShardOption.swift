import ArgumentParser
import SpecCore

/// A part of a run as people write it: `2/8`.
struct ShardChoice: OptionValue {
  static let valueName = "i/n"

  let shard: Shard

  init(_ shard: Shard) { self.shard = shard }

  init(reading text: String) throws(OptionProblem) {
    guard let shard = Shard(rawValue: text) else {
      throw OptionProblem(text: "is '\(text)'; write i/n with i from 1 to n, like 2/8 for the second of eight shards")
    }
    self.shard = shard
  }
}

// Runs whose questions are divided among several machines.
extension RunCommand {
  /// Refuses what a part of a run cannot do.
  ///
  /// - Throws: `ValidationError`.
  func checkShard() throws {
    guard let shard else { return }
    if precisionOptions.precision != nil {
      throw ValidationError(
        "--precision asks for repeats until all questions together are precise enough, which --shard \(shard.shard.rawValue) "
          + "cannot know; give --repeats"
      )
    }
  }

  /// Whether a scheduler's job gives the same command again, which also begins what is not there.
  var repeatsShard: Bool {
    guard shard != nil, case .newest = resumeOptions.resume else { return false }
    return true
  }

  /// Refuses servers beside a part of a run.
  ///
  /// - Parameter choice: the engines that are to be measured.
  /// - Throws: `ValidationError`.
  func checkShard(of choice: EngineOptions.Choice) throws {
    guard shard != nil, !choice.engines.isEmpty else { return }
    throw ValidationError(
      "--shard divides runs of the package's own decoders, and a server is measured with all questions; leave one of them out"
    )
  }

  /// Says what a finished run of a part is good for.
  func tellOfShard() {
    guard let shard else { return }
    tell(
      "This is shard \(shard.shard.rawValue) alone: 'specbench merge OUT.sqlite SHARD.sqlite ...' joins the shards to one run."
    )
  }
}
