import ArgumentParser
import Foundation
import SpecCore
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore
import SpecSuite

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "Write a run as Spec-Bench's model_answer files, one for each decoder, that its speed.py and equal.py read.",
    discussion: """
      Every repeat is a choice of its question; Spec-Bench's scripts read the first. With --prompts the prompts are \
      written instead, to the letter as the model was given them: 'specbench decode' reads that file.
      """
  )

  @Argument(help: ArgumentHelp("The run's number; the last run's by default.", valueName: "run"))
  var number: Int64?

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(help: ArgumentHelp("The folder for the files; it is made if it is not there.", valueName: "dir"))
  var output: String

  @Flag(help: "Write prompts.jsonl with the text and the token ids of each prompt, and nothing else.")
  var prompts = false

  func validate() throws { try refuseEmptyPaths(["--database": database, "--output": output]) }

  func run() throws {
    Interruption.promise("Stopped: nothing was written.")
    try Activity.during("Exporting the run", export)
  }

  private func export() throws {
    let store = try BenchmarkStore(openingAt: database)
    guard let id = try number ?? store.lastRun()?.id else {
      throw ValidationError("\(database): it holds no run; make one with 'specbench run'")
    }
    var isFolder: ObjCBool = true
    if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), !isFolder.boolValue {
      throw ValidationError("\(output): it is a file where a folder is needed; name another path")
    }
    let files =
      prompts ? [try PromptExport.render(store: store, run: id)] : try SpecBenchExport.render(store: store, run: id)
    let folder = URL(fileURLWithPath: output)
    let paths = files.map { (path: folder.appending(path: $0.name).path, text: $0.text) }
    for file in paths where isEntry(file.path) {
      try OutputFile.check(file.path, keeping: [(database, "the database")] + RunFiles.kept(store, id))
    }
    try OutputFile.withFolder(output) { try OutputFile.writeAll(paths) }
    for file in paths { try say(file.path) }
    if try store.run(id).finishedAt == nil {
      tell(
        "Run \(id) is unfinished: "
          + (prompts
            ? "prompts that were not met yet are not in the file."
            : "the files hold only questions of which all turns are done.")
      )
    }
  }
}

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a run out of other programs' result files, for reports and comparisons.",
    discussion: """
      Read are Spec-Bench's model_answer files, with those of Medusa and EAGLE; what vLLM's bench serve --save-result \
      --save-detailed writes; AIPerf's profile_export.jsonl; GuideLLM's benchmarks.json; and what llama.cpp's \
      speed_bench.py --output writes. A file's content tells its format. The files hold no token ids, drafted tokens or \
      environment, and of times those of whole turns are taken: reports leave blank what is not known, and outputs are \
      compared as texts where there are any. Only questions, turns and choices that all files have are compared; what \
      else there is is told.
      """
  )

  @Option(help: ArgumentHelp("The baseline's file.", valueName: "file.jsonl"))
  var vanilla: String

  @Argument(help: ArgumentHelp("The other decoders' files.", valueName: "file.jsonl"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "The format of all files: \(AnswerFormats.names.joined(separator: ", ")). Default: as their content tells.",
      valueName: "format"
    )
  )
  var format: String?

  @Option(
    name: .customLong("model-name"),
    help: ArgumentHelp("What to call the model. Default: as the first file does.", valueName: "name")
  )
  var modelName: String?

  @Option(
    help: ArgumentHelp(
      "The category of questions that have none, unless Spec-Bench's numbers 81 to 560 tell it.",
      valueName: "name"
    )
  )
  var category: String?

  @Option(help: ArgumentHelp("The database; it is made if it is not there.", valueName: "file"))
  var database = "specbench.sqlite"

  func validate() throws {
    try refuseEmptyPaths(["--vanilla": vanilla, "--database": database])
    try refuseEmptyPaths("A file", files)
    guard modelName.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
      throw ValidationError("--model-name is empty; give a name, or leave the option out")
    }
    if let format, !AnswerFormats.names.contains(format) {
      throw ValidationError(
        "--format is \(quoted(format)); choose from \(AnswerFormats.names.joined(separator: ", "))"
      )
    }
  }

  func run() throws {
    Interruption.promise(
      "Stopped: an import that is not whole stays unfinished in the database; import the files again."
    )
    try Activity.during("Importing the answers", importAnswers)
  }

  private func importAnswers() throws {
    let named = try category.map { try Category.named([$0], place: "--category").first } ?? nil
    try DatabaseCheck.beforeLoading(database)
    let answers = try AnswerImport(vanilla: vanilla, others: files, format: format, category: named)
    for note in answers.notes { tell(note) }
    let store = try BenchmarkStore(creatingAt: database)
    let command = CommandLine.arguments.map(ShellText.argument).joined(separator: " ")
    let run = try answers.write(to: store, modelName: modelName, commandLine: command)
    try say(try RunSummary(store: store, run: run).verdict)
    try say("Run \(run) is in \(database).")
  }
}
