import ArgumentParser
import Foundation
import SpecDecoding
import SpecFiles
import SpecModel
import SpecRunner
import SpecServer
import SpecSuite

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Offer the model and its decoders behind an OpenAI-compatible HTTP interface.",
    discussion: """
      Requests are decoded one at a time, in the order they come. Each may choose a decoder by its field "decoder", or by \
      the model's name as MODEL:DECODER; all decoders give the same tokens. The server ends at Ctrl-C or a polite \
      termination, with the exit codes of every command: the answer in the making is cut off, and its client is told.
      """
  )

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    name: .customLong("decoder"),
    help: ArgumentHelp(
      "A method with its settings, for requests that ask for it; may be repeated. Requests that name none get the first. "
        + "Vanilla is always there. Default: vanilla alone.",
      valueName: "spec"
    )
  )
  var decoders: [String] = []

  @OptionGroup var templateOption: ChatTemplateOption

  @Option(
    help: ArgumentHelp(
      "The address to listen at. Others than this machine's own can be reached from outside.",
      valueName: "host"
    )
  )
  var host = "127.0.0.1"

  @Option(parsing: .unconditional, help: ArgumentHelp("The port; 0 takes a free one.", valueName: "n"))
  var port = 8080

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many requests may wait; others are refused.", valueName: "n")
  )
  var queue = 128

  @Option(
    name: .customLong("api-key-env"),
    help: ArgumentHelp(
      "The environment variable with the key that clients must send. Default: no key is asked for.",
      valueName: "name"
    )
  )
  var keyVariable: String?

  func validate() throws {
    try check(port, in: 0...65535, of: "--port")
    try check(queue, in: 1...100_000, of: "--queue")
    try refuseEmptyPaths(["--host": host])
  }

  func run() throws {
    let key = try key()
    let specs = try decoders.flatMap { try DecoderSpec.list($0) }
    let demo = try modelOptions.demoSuite()
    let files = try modelOptions.files(for: demo)
    let checked = try files.check(specs)
    let choice = try templateOption.choose(
      model: files.location,
      fallback: .plain,
      suite: demo?.template,
      isOwnModel: demo != nil
    )
    if let warning = choice.warning { tell("\(warning): /v1/chat/completions is refused.") }
    let model = try modelOptions.load(files, for: RunDecoder.specs(checked))
    let ready = try RunDecoder.prepare(checked, model: model)
    for decoder in ready { if let warning = decoder.warning { tell("\(decoder.name): \(warning).") } }
    try serve(model, ready, choice.isChosen ? ChatWriting(choice.writer) : nil, key)
  }

  private func serve(_ model: LoadedModel, _ decoders: [RunDecoder], _ chat: ChatWriting?, _ key: String?) throws {
    let first = try self.decoders.first.flatMap { try DecoderSpec.list($0).first }
    let wanted = try first.map { try MethodRegistry.builtIn.complete($0) }
    let place = decoders.firstIndex { $0.spec == wanted } ?? 0
    let served = OfferedModel(model, decoders: decoders, defaultDecoder: place, chat: chat)
    let (jobs, metrics) = (JobQueue(capacity: queue), ServerMetrics())
    let service = Service(
      model: served,
      queue: jobs,
      metrics: metrics,
      version: RunEnvironment.packageVersion,
      key: key
    )
    let loop = DecodingLoop(model: model, decoders: decoders, queue: jobs, metrics: metrics)
    Interruption.promise("Stopped serving.")
    Interruption.whenRequested { jobs.close() }
    try loop.warmUp()
    let server = try Server(host: host, port: port, service: service)
    if key == nil, !Self.isLoopback(host) {
      tell("\(host) can be reached from other machines, and no key is asked for; give one with --api-key-env")
    }
    let names = decoders.map(\.name).joined(separator: ", ")
    try say(
      "Serving '\(served.name)' at \(address(server.port)) with \(names); \(served.defaultDecoder.name) by default."
    )
    loop.run()
    server.stop()
    throw Interrupted()
  }

  private func address(_ port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  private func key() throws -> String? {
    guard let keyVariable else { return nil }
    let key = ProcessInfo.processInfo.environment[keyVariable] ?? ""
    guard !key.allSatisfy(\.isWhitespace) else {
      throw ValidationError(
        "--api-key-env names \(quoted(keyVariable)), which is not set; export the key under this name first"
      )
    }
    return key
  }
}
