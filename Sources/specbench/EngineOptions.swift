import ArgumentParser
import SpecDecoding
import SpecEngines
import SpecFiles

/// Other engines, behind their own servers.
struct EngineOptions: ParsableArguments {
  /// What becomes of a run when a generation has failed.
  enum OnError: String, CaseIterable, ExpressibleByArgument {
    case stop
    case goOn = "go-on"
  }

  @Option(
    name: .customLong("engine"),
    help: ArgumentHelp(
      "Measure another engine through its servers, which a YAML or JSON file describes; see docs/engines.md. Given more "
        + "than once, engine after engine is measured, and they are shown beside each other. Servers that run already can be named by --decoders, too: llama-server:url=http://127.0.0.1:8080, the baseline first. "
        + "With --model, prompts are written here by that model's chat template and tokenizer.",
      valueName: "file"
    )
  )
  var engineFiles: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How often a server is asked again after a failure.", valueName: "n")
  )
  var retries = 2

  @Option(
    help: "What to do when a server has failed so often: stop, or go-on with the next prompt; --resume asks again."
  )
  var onError = OnError.stop

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Then load each server with as many requests in flight, level by level, like 1,4,16: throughput, latency and speedup "
        + "by concurrency.",
      valueName: CommaSeparated<RequestCount>.valueName
    )
  )
  var concurrency: CommaSeparated<RequestCount>?

  /// The levels of `--concurrency` in rising order, each once; none without it.
  var levels: [Int] { concurrency?.distinct.map(\.count).sorted() ?? [] }

  func validate() throws {
    for file in engineFiles { try refuseEmptyPaths(["--engine": file]) }
    try check(retries, in: 0...100, of: "--retries")
  }

  /// The engines that are to be measured, each in a run of its own.
  struct Choice {
    /// What is measured of the package's own decoders, as `--decoders` has it; nil for none of them.
    var own: String?
    /// The engines behind servers.
    var engines: [EngineSettings] = []

    /// What is measured one after the other, each in a run of its own. Servers come first: one that cannot be reached is told
    /// at once.
    var parts: [Part] { engines.map(Part.served) + (own.map { [.own($0)] } ?? []) }
  }

  /// What one run measures.
  enum Part {
    /// An engine behind servers.
    case served(EngineSettings)
    /// The package's own decoders, as `--decoders` has them; nil for the default.
    case own(String?)
  }

  /// Refuses what only servers can do where others are to be measured, too.
  ///
  /// - Parameter choice: what is to be measured.
  /// - Throws: `ValidationError`.
  func refuseOwnDecoders(in choice: Choice) throws {
    guard concurrency != nil, choice.own != nil || choice.engines.isEmpty else { return }
    throw ValidationError(
      "--concurrency is for servers alone, since this package's own decoders take one prompt at a time; name servers with "
        + "--engine or --decoders, and no own decoders, or offer these with specbench serve"
    )
  }

  /// The engines that are to be measured; without any the package's own.
  ///
  /// - Parameter decoders: what `--decoders` says.
  /// - Returns: the engines.
  /// - Throws: if the file or the specs do not describe them.
  func choice(_ decoders: String?) throws -> Choice {
    // A list that is not understood is complained about by whoever else reads it.
    let specs = decoders.flatMap { try? DecoderSpec.list($0) } ?? []
    let names = DialectRegistry.builtIn.names
    let (served, own) = (specs.filter { names.contains($0.method) }, specs.filter { !names.contains($0.method) })
    if !engineFiles.isEmpty {
      guard served.isEmpty else {
        throw ValidationError("--engine names the servers already; leave those of --decoders away")
      }
      return Choice(own: decoders, engines: try engineFiles.map { try EngineFile.read($0) })
    }
    var engines: [EngineSettings] = []
    for dialect in names where served.contains(where: { $0.method == dialect }) {
      let specs = served.filter { $0.method == dialect }
      let servers = try specs.map { try ServerSettings(dialect: dialect, settings: $0.settings) }
      engines.append(try EngineSettings(servers: servers, place: "--decoders"))
    }
    return Choice(own: own.isEmpty ? nil : own.map(\.description).joined(separator: ","), engines: engines)
  }
}
