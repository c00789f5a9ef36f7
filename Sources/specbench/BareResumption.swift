import ArgumentParser
import SpecCore
import SpecDecoding
import SpecKernels
import SpecRunner
import SpecStore

extension RunCommand {
  /// Takes the options from a stored plan.
  mutating func take(_ plan: StoredPlan) {
    modelOptions.model = plan.model
    modelOptions.dtype = WeightType(rawValue: plan.weightType)
    modelOptions.threads = plan.threads
    modelOptions.kernels = plan.kernels
    suiteOptions.suite = plan.suite
    suiteOptions.maximumNewTokens = plan.maximumNewTokens
    decoderOptions.decoders = plan.decoders.isEmpty ? Baseline.method : plan.decoders.joined(separator: ",")
    samplingOptions.temperature = plan.temperature
    samplingOptions.topK = plan.topK
    samplingOptions.topP = plan.topP
    samplingOptions.seed = plan.seed
    verificationOptions.verification = Sampling.Verification(rawValue: plan.verification) ?? .coupled
    repeats = plan.repeats
    noiseFloor = plan.noiseFloor
    shard = plan.shard.map(ShardChoice.init)
  }
}

/// A command line that asks to go on and says nothing else of what to measure.
struct BareResumption: ParsableArguments {
  @Option var database = "specbench.sqlite"
  @Option var report: String?
  @Flag var resume = false

  /// The command line, if it is such a one.
  static var given: BareResumption? {
    // Any other option is an error here, which is how one learns that it was given.
    guard let bare = try? parse(Array(CommandLine.arguments.dropFirst(2))), bare.resume else { return nil }
    return bare
  }

  /// The plan to go on with. The database is closed again, so that the run opens it as any run does.
  static func plan(in database: String) throws -> (run: Int64, plan: StoredPlan) {
    try StoredPlan.ofNewestUnfinishedRun(in: BenchmarkStore(openingAt: database))
  }
}
