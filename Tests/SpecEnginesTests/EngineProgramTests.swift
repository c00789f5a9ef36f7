import Foundation
import GRDB
import SpecStore
import SpecTestSupport
import Testing

/// The program against servers of another engine, as a user runs it.
@Suite struct EngineProgramTests {
  private let folder: TemporaryFolder
  private let program = BuiltProgram("specbench")

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.write(
      #"{"question_id": 7, "category": "qa", "turns": ["Hello there", "Go on"]}"#,
      to: "question.jsonl"
    )
  }

  private func run(_ arguments: String...) throws -> BuiltProgram.Result {
    try program.run(
      ["run", "--suite", folder.path, "--database", folder.database, "--report", folder.path("report.md")] + arguments,
      in: URL(fileURLWithPath: folder.path)
    )
  }

  private func execute(_ sql: String) throws {
    try DatabaseQueue(path: folder.database).write { try $0.execute(sql: sql) }
  }

  private func report() throws -> String { try String(contentsOfFile: folder.path("report.md"), encoding: .utf8) }

  @Test func specsOfServersAreMeasured() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { $0.drafts = 4 }
    let decoders = "llama-server:url=\(vanilla.url),llama-server:url=\(method.url),name=ngram,drafts=4"
    let result = try run("--decoders", decoders, "--max-new-tokens", "12", "--repeats", "2")
    #expect(result.status == 0, "\(result.errors)")
    let text = try report()
    for part in ["played.gguf", "llama-server b1-test", "ngram", "client's clock", "Probes", "Clocks", "q8_0"] {
      #expect(text.lowercased().contains(part.lowercased()), "\(part)")
    }
    #expect(!text.contains("Where the time goes") && !text.contains("Added parameters"))
    // The plan is whole in the database: more repeats go on with it.
    let more = try run("--decoders", decoders, "--max-new-tokens", "12", "--repeats", "3", "--resume")
    #expect(more.status == 0, "\(more.errors)")
    #expect(try BenchmarkStore(openingAt: folder.database).runs().map(\.repeats) == [3])
  }

  @Test func aNamedModelWritesThePrompts() throws {
    let checkpoint = try TinyCheckpoint()
    defer { try? FileManager.default.removeItem(atPath: checkpoint.directory) }
    let vanilla = try PlayedEngine.server { _ in }
    let file = try folder.write("dialect: llama-server\nservers: [{url: '\(vanilla.url)'}]", to: "engine.yaml")
    let result = try run(
      "--engine",
      file,
      "--model",
      checkpoint.directory,
      "--chat-template",
      "vicuna",
      "--max-new-tokens",
      "12"
    )
    #expect(result.status == 0, "\(result.errors)")
    #expect(try report().contains("by the tokenizer of the model's files"))
    let sent = vanilla.heard.first { $0.path == "/completion" }?.json["prompt"] as? [Int] ?? []
    #expect(
      String(decoding: sent.map { UInt8(truncatingIfNeeded: $0 - 3) }, as: UTF8.self).contains("USER: Hello there")
    )
    let none = try run("--engine", file, "--chat-template", "vicuna")
    #expect(none.status == 64 && none.errors.contains("--model"), "\(none.errors)")
    let missing = try run("--engine", file, "--model", folder.path("nothing"))
    #expect(missing.status == 2 && missing.errors.contains("nothing"), "\(missing.errors)")
  }

  @Test func severalEnginesStandBesideEachOther() throws {
    for dialect in ["llama-server", "vllm"] {
      let vanilla = try PlayedEngine.server { $0.dialect = dialect }
      let method = try PlayedEngine.server { ($0.dialect, $0.drafts) = (dialect, 4) }
      let decoders = "\(dialect):url=\(vanilla.url),\(dialect):url=\(method.url),name=ngram"
      let result = try run("--decoders", decoders, "--max-new-tokens", "12")
      #expect(result.status == 0, "\(result.errors)")
    }
    let folder = URL(fileURLWithPath: folder.path)
    let both = try program.run(["report", "1", "2", "--database", self.folder.database], in: folder)
    #expect(both.status == 0, "\(both.errors)")
    let rows = both.output.split(separator: "\n").filter { $0.hasPrefix("|") && $0.contains("ngram") }
    #expect(rows.count == 4 && rows[0].contains("llama-server") && rows[1].contains("vLLM"))
    #expect(both.output.contains("never called a speedup") && both.output.contains("Run 2 against run 1"))
    let wrong = try program.run(
      ["report", "1", "2", "--format", "csv", "--database", self.folder.database],
      in: folder
    )
    #expect(wrong.status == 64 && wrong.errors.contains("one run"), "\(wrong.errors)")
  }

  @Test func serversAndOwnDecodersAreMeasuredByOneCommand() throws {
    let checkpoint = try TinyCheckpoint()
    defer { checkpoint.remove() }
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { $0.drafts = 4 }
    let servers = "llama-server:url=\(vanilla.url),llama-server:url=\(method.url),name=ngram"
    let arguments = [
      "run", "--suite", folder.path, "--database", folder.database, "--report", folder.path("report.md"), "--decoders",
      "prompt-lookup,\(servers),medusa", "--model", checkpoint.directory, "--max-new-tokens", "12",
    ]
    let place = URL(fileURLWithPath: folder.path)
    let result = try program.run(arguments, in: place)
    #expect(result.status == 0, "\(result.errors)")
    let store = try BenchmarkStore(openingAt: folder.database)
    let decoders = try store.runs().map { try store.decoders(of: $0.id).map(\.name) }
    #expect(
      decoders == [
        ["vanilla", "ngram", "vanilla (again)"], ["vanilla", "prompt-lookup", "medusa", "vanilla (again)"],
      ]
    )
    // All were asked the same tokens.
    let prompts = try store.runs().map { try store.prompts(of: $0.id).first?.tokenIDs }
    #expect(prompts[0] != nil && prompts[0] == prompts[1])
    #expect(try report().contains("engines beside each other") && report().contains("medusa"))
    #expect(FileManager.default.fileExists(atPath: folder.path("report-1.md")))
    // What is measured stays: the same command goes on with both runs.
    let again = try program.run(arguments + ["--resume"], in: place)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try store.runs().count == 2)
  }

  /// A command that measures several engines goes on with all of them, those that it has not begun included.
  @Test func resumeAloneGoesOnWithAllEngines() throws {
    let checkpoint = try TinyCheckpoint()
    defer { checkpoint.remove() }
    let server = try PlayedEngine.server { _ in }
    _ = try folder.write("dialect: llama-server\nservers: [{url: '\(server.url)'}]", to: "engine.yaml")
    let place = URL(fileURLWithPath: folder.path)
    let result = try program.run(
      [
        "run", "--suite", folder.path, "--database", folder.database, "--report", "report.md", "--engine",
        "engine.yaml",
        "--decoders", "prompt-lookup", "--model", checkpoint.directory, "--max-new-tokens", "12",
      ],
      in: place
    )
    #expect(result.status == 0, "\(result.errors)")
    let store = try BenchmarkStore(openingAt: folder.database)
    let whole = try store.runs().map { try store.generations(of: $0.id).count }
    // As a killed process leaves it: between the two runs.
    try execute("DELETE FROM run WHERE id = 2")
    try FileManager.default.removeItem(atPath: folder.path("report.md"))
    let bare = ["run", "--resume", "--database", folder.database]
    let resumed = try program.run(bare, in: URL(fileURLWithPath: "/"))
    #expect(resumed.status == 0 && resumed.errors.contains("Going on with all 2 runs"), "\(resumed.errors)")
    #expect(try store.runs().map { try store.generations(of: $0.id).count } == whole)
    #expect(try report().contains("prompt-lookup"))
    // And in the middle of the first.
    try execute("UPDATE run SET finished_at = NULL WHERE id = 1; DELETE FROM generation WHERE id = 3")
    #expect(try program.run(bare, in: URL(fileURLWithPath: "/")).status == 0)
    #expect(try store.runs().map { try store.generations(of: $0.id).count } == whole)
    let done = try program.run(bare, in: URL(fileURLWithPath: "/"))
    #expect(done.status == 2 && done.errors.contains("no unfinished run"), "\(done.errors)")
  }

  @Test func severalFilesAreMeasuredByOneCommand() throws {
    let servers = try ["llama-server", "vllm"].map { dialect in try PlayedEngine.server { $0.dialect = dialect } }
    let files = try zip(["llama-server", "vllm"], servers).map { dialect, server in
      try folder.write(
        "engine: the \(dialect)\ndialect: \(dialect)\nservers: [{url: '\(server.url)'}]",
        to: "\(dialect).yaml"
      )
    }
    let result = try run("--engine", files[0], "--engine", files[1], "--max-new-tokens", "12")
    #expect(result.status == 0, "\(result.errors)")
    #expect(servers.allSatisfy { $0.heard.contains { $0.path.hasSuffix("completions") || $0.path == "/completion" } })
    #expect(try report().contains("the llama-server") && report().contains("the vllm"))
    #expect(try BenchmarkStore(openingAt: folder.database).runs().count == 2)
  }

  @Test func nearTiesAreToldFromErrors() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let tie = try PlayedEngine.server { ($0.drafts, $0.leavesAt) = (4, 5) }
    let first = try run(
      "--decoders",
      "llama-server:url=\(vanilla.url),llama-server:url=\(tie.url)",
      "--max-new-tokens",
      "12"
    )
    #expect(first.status == 0, "\(first.errors)")
    #expect(try report().contains("near-tie") && report().contains("0.125000"))
    let sure = try PlayedEngine.server { $0.margin = 2 }
    let second = try run(
      "--decoders",
      "llama-server:url=\(sure.url),llama-server:url=\(tie.url)",
      "--max-new-tokens",
      "12"
    )
    #expect(second.status == 1, "\(second.errors)")
    #expect(try report().contains("NOT LOSSLESS"))
  }

  @Test func whatCannotBeMeasuredIsOneSentence() throws {
    let own = try run("--decoders", "vanilla,openai:url=http://127.0.0.1:1")
    #expect(own.status == 2 && own.errors.contains("no connection"), "\(own.errors)")
    let nobody = try run("--decoders", "openai:url=http://127.0.0.1:1")
    #expect(nobody.status == 2 && nobody.errors.contains("no connection"), "\(nobody.errors)")
    let noKey = try run("--decoders", "openai:url=http://127.0.0.1:1,key-env=SPECBENCH_NO_SUCH_KEY")
    #expect(noKey.status == 2 && noKey.errors.contains("SPECBENCH_NO_SUCH_KEY"), "\(noKey.errors)")
    let noFile = try run("--engine", folder.path("none.yaml"))
    #expect(noFile.status == 2 && noFile.errors.contains("none.yaml"), "\(noFile.errors)")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsTheServersToo(signal: Int32) throws {
    let pids = folder.path("pids")
    let file = try folder.write(
      """
      dialect: vllm
      servers:
        - command: [/bin/sh, -c, "echo $$ >> '\(pids)'; sleep 1000 & echo $! >> '\(pids)'; wait"]
      """,
      to: "engine.yaml"
    )
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.path)
    process.arguments = ["run", "--suite", folder.path, "--database", folder.database, "--engine", file]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    var started: [pid_t] = []
    while started.count < 2, process.isRunning {
      usleep(5000)
      let text = (try? String(contentsOfFile: pids, encoding: .utf8)) ?? ""
      started = text.hasSuffix("\n") ? text.split(separator: "\n").compactMap { pid_t($0) } : []
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + signal)
    #expect(started.count == 2)
    for one in started { #expect(!isProgram(one)) }
  }

  /// Whether a process runs, after it had time to hear of its end; one that nobody has waited for is no program any more.
  private func isProgram(_ process: pid_t) -> Bool {
    for _ in 0..<200 {
      let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      let state = stat?.split(separator: ")").last?.split(separator: " ").first
      if state == nil || state == "Z" { return false }
      usleep(10_000)
    }
    return true
  }
}
