import ArgumentParser
import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecRunner
import SpecSuite

extension WeightType: ExpressibleByArgument {}

/// Which model, and how it computes.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model: a GGUF file, or a folder with config.json, model.safetensors (or pytorch_model.bin) and tokenizer.json "
        + "in Hugging Face layout. "
        + "Default: the environment variable SPECBENCH_MODEL, then the model that comes with the suite (of generate and "
        + "bench: the demo suite; decode has none).",
      valueName: "dir"
    )
  )
  var model: String?

  @Option(help: "How weights are held: f32, bf16, f16 or int8. Default: as the checkpoint stores them.")
  var dtype: WeightType?

  @Option(parsing: .unconditional, help: "Threads. Default: the physical cores that the process may use.")
  var threads: Int?

  @Flag(name: .customLong("ignore-memory"), help: "Load the model although it seems not to fit into memory.")
  var ignoresMemory = false

  @Option(help: ArgumentHelp("The kernel set, for tests: reference, avx2, avx512 or neon.", visibility: .hidden))
  var kernels: String?

  func validate() throws {
    try refuseEmptyPaths(["--model": model])
    try check(threads, in: OptionRange.threads, of: "--threads")
  }

  /// What the user names.
  private var given: String? { model ?? ProcessInfo.processInfo.environment["SPECBENCH_MODEL"] }

  /// The suite whose model serves where there is no suite and the user names no model; nil if the user names one.
  func demoSuite() throws -> Suite? { given == nil ? try Suite(path: SuiteOptions.locate("demo")) : nil }

  /// Loads the model.
  ///
  /// - Parameter suite: whose own model is used if none is given.
  /// - Returns: the model, ready to decode.
  /// - Throws: if none is given, or it cannot be loaded.
  func load(for suite: Suite? = nil) throws -> LoadedModel { try load(files(for: suite)) }

  /// Looks at the model's files without reading its weights.
  ///
  /// - Parameter suite: whose own model is used if none is given.
  /// - Returns: the files, with everything that keeps them from being used.
  /// - Throws: if no model is given.
  func files(for suite: Suite? = nil) throws -> ModelFiles {
    guard let directory = given ?? suite?.modelPath else {
      throw ValidationError(
        "no model is given; pass --model DIR, where DIR holds config.json, \(WeightNames.model.alternatives) and "
          + "tokenizer.json, --model FILE.gguf, or set SPECBENCH_MODEL"
      )
    }
    try checkVariable(directory)
    let files = LoadedModel.files(directory)
    try suite?.checkTarget(files)
    return files
  }

  /// Loads a model whose files have been looked at, if it and what is decoded with it fit into memory.
  ///
  /// - Parameters:
  ///   - files: the model's files.
  ///   - specs: the decoders; none for a model that is used in other ways.
  ///   - positions: gives the most tokens of prompt and output together; asked for models that can be used.
  ///   - measuresPasses: whether a run measures single passes as well, in a cache of their own.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  ///   - suiteDirectory: the suite's folder; nil where no suite is measured.
  /// - Returns: the model, ready to decode.
  /// - Throws: if it cannot be loaded, `NotEnoughMemory` before any weight is read.
  func load(
    _ files: ModelFiles,
    for specs: [DecoderSpec] = [],
    positions: (Tokenizer, ModelConfiguration) -> Int = { _, _ in 0 },
    measuresPasses: Bool = false,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) throws -> LoadedModel {
    let (checkpoint, tokenizer) = try files.usable()
    let configuration = checkpoint.configuration
    let longest = positions(tokenizer, configuration)
    let passes = VerificationCosts.cachePositions(text: longest, contextLength: configuration.contextLength)
    let need = try MemoryNeed(
      specs,
      target: TargetFiles(
        configuration: configuration,
        modelDirectory: files.directory,
        workingDirectory: workingDirectory,
        suiteDirectory: suiteDirectory
      ),
      weightType: dtype ?? checkpoint.naturalWeightType,
      positions: longest,
      passPositions: measuresPasses ? passes : 0
    )
    try refuseUnlessItFits(need, path: files.directory)
    let display = ProgressDisplay(unit: "layers of \(MemoryNeed.text(need.weights))")
    return try Activity.during("Loading the model") {
      try LoadedModel(
        files,
        weightType: dtype,
        context: makeContext(),
        progress: { try display.loaded($0, of: $1) }
      )
    }
  }

  /// Refuses what does not fit into memory, unless the user knows better.
  ///
  /// - Parameters:
  ///   - need: what loading and decoding take.
  ///   - path: the model, for the error.
  /// - Throws: `NotEnoughMemory`.
  func refuseUnlessItFits(_ need: MemoryNeed, path: String) throws {
    if !ignoresMemory { try need.check(available: SystemMemory.available(), path: path) }
  }

  /// A folder that an environment variable names may have been forgotten there: it is told apart from an option's.
  private func checkVariable(_ directory: String) throws {
    guard model == nil, given == directory, !isEntry(directory) else { return }
    throw ModelError.missingFolder(
      path: "\(directory), which the environment variable SPECBENCH_MODEL names",
      purpose: "a checkpoint folder with config.json and \(WeightNames.model.alternatives)",
      isFile: false
    )
  }

  /// The threads and kernels that were asked for; says so if the fastest kernels had to be passed over.
  func makeContext() throws -> ComputeContext {
    if let name = kernels ?? ProcessInfo.processInfo.environment["SPECBENCH_KERNELS"] {
      return try ComputeContext(threads: threads, kernels: KernelSet.choose(named: name))
    }
    let selection = try Activity.during("Comparing the kernels with plain C") { try KernelSet.select() }
    for rejected in selection.rejected {
      tell(
        "The kernels \(rejected.set) differ from the plain C reference (\(rejected.kernels.joined(separator: ", "))) "
          + "and are not used; going on with \(selection.set)."
      )
    }
    return try ComputeContext(threads: threads, kernels: selection.set)
  }
}

/// Which questions.
struct SuiteOptions: ParsableArguments {
  @Option(
    help: "A suite's name, its folder, or a file of questions: Spec-Bench's question.jsonl or a data set of your own."
  )
  var suite = "demo"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("At most this many questions, taken in turn from the categories.", valueName: "n")
  )
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Only these categories: \(Category.tasks.map(\.rawValue).joined(separator: ", ")), or a question file's own.",
      valueName: "list"
    )
  )
  var categories: String?

  @Flag(help: "A short look: at most 24 questions, taken in turn from the categories.")
  var quick = false

  @Option(
    name: .customLong("max-new-tokens"),
    parsing: .unconditional,
    help: ArgumentHelp("Most tokens of an output. Default: the suite's.", valueName: "n")
  )
  var maximumNewTokens: Int?

  private static let quickLimit = 24

  func validate() throws {
    try check(limit, in: 1...Int(Int32.max), of: "--limit")
    try check(maximumNewTokens, in: 1...65536, of: "--max-new-tokens")
  }

  /// The suite with the questions wanted, and where it lies.
  func load() throws -> (suite: Suite, path: String) {
    let path = try Self.locate(suite)
    let most = quick ? min(limit ?? Self.quickLimit, Self.quickLimit) : limit
    let whole = try Suite(path: path)
    let wanted = try categories.map { try Category.named(whole.categoryNames(in: $0), place: "--categories") }
    for note in whole.notes { tell(note) }
    return (try whole.selecting(categories: wanted, limit: most), path)
  }

  /// Where the suite of a name or a path lies.
  static func locate(_ suite: String) throws -> String {
    try SuiteLocator.locate(
      suite,
      environment: ProcessInfo.processInfo.environment,
      workingDirectory: FileManager.default.currentDirectoryPath,
      executable: Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
    )
  }
}

/// How tokens are chosen.
struct SamplingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Temperature of sampling; 0 takes the likeliest token.", valueName: "t")
  )
  var temperature: Float = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw from this many likeliest tokens only; 0 for all.", valueName: "n")
  )
  var topK = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Of those, draw from the fewest likeliest tokens that have this share of the probability; 1 for all.",
      valueName: "p"
    )
  )
  var topP: Float = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What all draws follow from, and in a run the shuffled order of decoders.", valueName: "n")
  )
  var seed = 1

  func validate() throws {
    try check(temperature, in: 0...100, of: "--temperature")
    guard topK >= 0 else { throw ValidationError("--top-k is \(topK); choose 0 for all tokens, or a number of them") }
    guard topP > 0, topP <= 1 else {
      throw ValidationError("--top-p is \(topP); choose a number above 0 and at most 1")
    }
  }

  func sampling(_ verification: Sampling.Verification = .coupled) -> Sampling {
    Sampling(
      temperature: temperature,
      topK: topK,
      topP: topP,
      seed: UInt64(bitPattern: Int64(seed)),
      verification: verification
    )
  }
}

extension Sampling.Verification: ExpressibleByArgument {}

/// How drafts are judged.
struct VerificationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "At a temperature above 0: coupled gives vanilla's own tokens; rejection (Leviathan et al. 2023) gives other draws "
        + "from the same distribution, for methods that draft chains.",
      valueName: "rule"
    )
  )
  var verification = Sampling.Verification.coupled

  /// How tokens are chosen and drafts are judged. A rule that changes nothing is told.
  func sampling(_ options: SamplingOptions) -> Sampling {
    let sampling = options.sampling(verification)
    if verification == .rejection, sampling.isGreedy {
      tell(
        "--verification rejection changes nothing at temperature 0, where a draft token is kept if it is vanilla's own; "
          + "give a --temperature above 0 to judge drafts by rejection"
      )
    }
    return sampling
  }
}

/// Which methods.
struct DecoderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Methods with settings, like kangaroo:exit=2,steps=6,threshold=0.6,prompt-lookup; 'specbench methods' lists "
        + "them. Vanilla is always part of it. Default: the suite's, or else "
        + "\(MethodRegistry.builtIn.defaults.map(\.method).joined(separator: ", ")); of these those that the model's folder has the "
        + "files for.",
      valueName: "list"
    )
  )
  var decoders: String?

  /// The decoders, checked against the model's files. What is left out of a default is told.
  ///
  /// - Parameters:
  ///   - suite: whose decoders are the default.
  ///   - files: the model's.
  ///   - sampling: how tokens are chosen.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  /// - Returns: what can be decoded with.
  /// - Throws: everything that keeps the model or a decoder from being used.
  func specs(for suite: Suite, _ files: ModelFiles, _ sampling: Sampling, workingDirectory: String? = nil) throws
    -> [DecoderSpec]
  {
    if let decoders {
      return try files.check(
        DecoderSpec.list(decoders),
        sampling,
        workingDirectory: workingDirectory,
        suiteDirectory: suite.directory
      )
    }
    let defaults = try suite.manifest.decoders.isEmpty ? MethodRegistry.builtIn.defaults : Self.specs(of: suite)
    return try files.check(defaults, sampling, areDefault: true, suiteDirectory: suite.directory)
  }

  private static func specs(of suite: Suite) throws -> [DecoderSpec] {
    do {
      let registry = MethodRegistry.builtIn
      let specs = try suite.manifest.decoders.map { try registry.ofSuite(DecoderSpec($0), in: suite.directory) }
      for spec in specs { _ = try registry.complete(spec) }
      return specs
    } catch {
      throw ManifestDecoder(path: suite.directory + "/suite.json", problem: error)
    }
  }
}

/// A decoder that a suite's manifest asks for and that cannot be made.
struct ManifestDecoder: Error, CustomStringConvertible {
  /// The manifest.
  let path: String
  /// What is wrong.
  let problem: any Error

  var description: String { "\(path): \(problem)" }
}
