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
    help: ArgumentHelp(
      "Measure another engine through its servers, which a YAML or JSON file describes; see docs/engines.md. Servers that "
        + "run already can be named by --decoders, too: llama-server:url=http://127.0.0.1:8080, the baseline first. "
        + "With --model, prompts are written here by that model's chat template and tokenizer.",
      valueName: "file"
    )
  )
  var engine: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How often a server is asked again after a failure.", valueName: "n")
  )
  var retries = 2

  @Option(
    help: "What to do when a server has failed so often: stop, or go-on with the next prompt; --resume asks again."
  )
  var onError = OnError.stop

  func validate() throws {
    try refuseEmptyPaths(["--engine": engine])
    try check(retries, in: 0...100, of: "--retries")
  }

  /// The engine that is to be measured; nil for the package's own.
  ///
  /// - Parameter decoders: what `--decoders` says.
  /// - Returns: the engine.
  /// - Throws: if the file or the specs do not describe one.
  func engine(_ decoders: String?) throws -> EngineSettings? {
    if let engine {
      guard decoders == nil else {
        throw ValidationError("--engine names the servers already; leave --decoders away")
      }
      return try EngineFile.read(engine)
    }
    // A list that is not understood is complained about by whoever else reads it.
    guard let decoders, let specs = try? DecoderSpec.list(decoders) else { return nil }
    let names = DialectRegistry.builtIn.names
    guard specs.contains(where: { names.contains($0.method) }) else { return nil }
    if let own = specs.first(where: { !names.contains($0.method) }) {
      throw ValidationError(
        "--decoders has \(quoted(own.method)) beside servers; a run measures one engine: measure each in a run of its own "
          + "and compare the reports"
      )
    }
    let servers = try specs.map { try ServerSettings(dialect: $0.method, settings: $0.settings) }
    return try EngineSettings(servers: servers, place: "--decoders")
  }
}
