import ArgumentParser
import Foundation
import SpecDocument
import SpecCore
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecReport
import SpecRunner
import SpecStore
import SpecSuite

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the engine against the machine: decode, verification of m positions, prefill; recording.",
    discussion: """
      In one process and in turn: how fast the machine reads memory and multiplies and adds, then the model's passes \
      over 1 to 64 positions and its prefill. Speculative decoding pays as far as T(m)/T(1) stays low.

      With --recording: what it costs to note and to store a token, beside T(1) of the model, and how long the report \
      over these tokens takes.
      """
  )

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Random weights of a known shape instead of a model: "
        + SyntheticModel.shapes.map(\.name).joined(separator: ", ") + ".",
      valueName: "name"
    )
  )
  var shape: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Rounds to take medians over.", valueName: "n"))
  var rounds = 5

  @Option(parsing: .unconditional, help: ArgumentHelp("Positions of context before those of a pass.", valueName: "n"))
  var context = EngineBenchmark.shortContext

  @Flag(help: "Measure the recording of a synthetic run instead; the suite demo's model is the default then.")
  var recording = false

  @Option(parsing: .unconditional, help: ArgumentHelp("With --recording: how many tokens, at least.", valueName: "n"))
  var tokens = 200_000

  @Option(
    help: ArgumentHelp(
      "With --recording: keep the synthetic run in this new database. Default: a temporary one.",
      valueName: "file"
    )
  )
  var database: String?

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func validate() throws {
    try refuseEmptyPaths(["--database": database])
    try check(rounds, in: 1...1000, of: "--rounds")
    try check(context, in: 1...1_000_000, of: "--context")
    try check(tokens, in: 1...1_000_000_000, of: "--tokens")
    if let database, FileManager.default.fileExists(atPath: database) {
      throw ValidationError(
        "\(database): it is there already; name a new file, so that no measured run is mixed with it"
      )
    }
  }

  func run() throws {
    Interruption.promise("Stopped: nothing is kept of a benchmark; the same command begins again.")
    let (name, target) = try load()
    if recording { return try measureRecording(name, target) }
    let display = ProgressDisplay(unit: "rounds")
    display.working(on: "Measuring the first round")
    let result = try EngineBenchmark(name: name, target: target, context: context).run(rounds: rounds) {
      display.advanced(to: $0, of: $1)
    } check: {
      try Interruption.check()
    }
    if json {
      try sayExactly(JSONText.lines(result, keys: .convertToSnakeCase) + "\n")
    } else {
      try say(markdown: BenchmarkTable.document(result))
    }
  }

  private func measureRecording(_ name: String, _ target: Transformer) throws {
    let display = ProgressDisplay(unit: "passes")
    display.working(on: "Measuring a pass over one position")
    let costs = try EngineBenchmark(name: name, target: target).costs(of: [1], rounds: rounds) {
      try Interruption.check()
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "specbench-\(UUID().uuidString)").path
    let path = database ?? folder + "/recording.sqlite"
    if database == nil {
      TemporaryPlaces.add(folder, as: .folder)
      try OutputFile.makeFolder(folder)
    }
    // Half a synthetic run is of no use to anybody.
    let files = ["", "-wal", "-shm"].map { path + $0 }
    for file in files { TemporaryPlaces.add(file) }
    defer { if database == nil { TemporaryPlaces.remove([folder]) } }
    let (run, result): (Int64, RecordingBenchmark.Result)
    do {
      let benchmark = RecordingBenchmark(
        store: try BenchmarkStore(creatingAt: path),
        tokens: tokens,
        context: target.context
      )
      (run, result) = try benchmark.run {
        display.advanced(to: $0, of: $1)
        try Interruption.check()
      }
    } catch {
      TemporaryPlaces.remove(files)
      throw error
    }
    for file in files { TemporaryPlaces.forget(file) }
    let start = MonotonicClock.now
    try Activity.during("Making the report") {
      let document = RunReport.document(try RunSummary(store: BenchmarkStore(openingAt: path), run: run))
      _ = document.plots.map(\.svg)
      _ = MarkdownRenderer().render(document)
    }
    let table = RecordingTable(
      model: name,
      recording: result,
      passOverOnePosition: costs[1] ?? 0,
      report: Double(MonotonicClock.now - start) / 1e9
    )
    if json {
      try sayExactly(JSONText.lines(table, keys: .convertToSnakeCase) + "\n")
    } else {
      try say(markdown: table.document)
    }
  }

  private func load() throws -> (String, Transformer) {
    guard let shape else {
      let model = try modelOptions.load(for: modelOptions.demoSuite())
      return (model.name, model.target)
    }
    let configuration = try SyntheticModel.shape(named: shape)
    let type = modelOptions.dtype ?? .bfloat16
    let target = TargetFiles(configuration: configuration, modelDirectory: nil)
    let need = try MemoryNeed([], target: target, weightType: type, positions: 0)
    try modelOptions.refuseUnlessItFits(need, path: shape)
    let context = try modelOptions.makeContext()
    let display = ProgressDisplay(unit: "layers of \(MemoryNeed.text(need.weights))")
    let model = try Transformer(
      configuration,
      from: SyntheticModel(context: context),
      weightType: type,
      context: context,
      progress: { try display.loaded($0, of: $1) }
    )
    return (shape, model)
  }
}
