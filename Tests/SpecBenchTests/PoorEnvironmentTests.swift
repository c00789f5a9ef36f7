import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Without a home, a locale, a standard input or a capable terminal the program does the same as ever.
@Suite final class PoorEnvironmentTests: ProgramTests {
  /// What starts the program in an environment, given the program and its arguments.
  private static let poor: [[String]] = [
    ["/usr/bin/env", "-i"],
    ["/usr/bin/env", "-u", "HOME", "-u", "TMPDIR", "TERM=dumb"],
    ["/usr/bin/env", "LANG=C", "LC_ALL=C"],
    ["/usr/bin/env", "LANG=xx_XX.none", "LC_ALL=xx_XX.none", "TZ=nowhere/none"],
    ["/bin/sh", "-c", "exec \"$0\" \"$@\" <&-"],
  ]

  /// Texts that are no ASCII, in files whose names are none either.
  private var suite: String {
    get throws {
      let folder = scratch.path("süite")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let question = #"{"question_id": 1, "category": "qa", "turns": ["Größe – 高さ?", "Und?"]}"#
      try scratch.write(question + "\n", to: "süite/question.jsonl")
      return folder
    }
  }

  private func run(_ name: String, under shell: [String] = []) throws -> Int32 {
    let program = try RunningProgram(
      [
        "run", "--model", model.directory, "--suite", try suite, "--decoders", "kangaroo:threshold=0.01,prompt-lookup",
        "--max-new-tokens", "8", "--threads", "1", "--database", scratch.path("\(name).sqlite"), "--report",
        scratch.path("\(name).md"),
      ],
      in: scratch,
      under: shell
    )
    return program.end(within: 60)
  }

  private func rows(_ name: String) throws -> [String] {
    try DatabaseQueue(path: scratch.path("\(name).sqlite")).read {
      try String.fetchAll(
        $0,
        sql: """
          SELECT decoder.name || prompt.text || prompt.token_ids || output_ids || generation.text || lossless
          FROM generation JOIN decoder ON decoder.id = decoder_id JOIN prompt ON prompt.id = prompt_id
          WHERE lossless IS NOT NULL ORDER BY prompt.ordinal, decoder.ordinal
          """
      )
    }
  }

  /// A report as JSON, byte for byte.
  private func report(_ name: String, under shell: [String] = []) throws -> Data {
    let program = try RunningProgram(
      ["report", "--format", "json", "--database", scratch.path("rich.sqlite"), "--output", scratch.path(name)],
      in: scratch,
      under: shell
    )
    let (status, errors) = (program.end(within: 60), try program.errors)
    #expect(status == 0, "\(errors)")
    return try Data(contentsOf: scratch.folder.appending(path: name))
  }

  @Test func theRowsAndReportsAreTheSame() throws {
    #expect(try run("rich") == 0)
    let (wanted, json) = (try rows("rich"), try report("rich.json"))
    #expect(wanted.count == 6)
    for (number, shell) in Self.poor.enumerated() {
      #expect(try run("poor\(number)", under: shell) == 0, "\(shell)")
      #expect(try rows("poor\(number)") == wanted, "\(shell)")
      #expect(try scratch.read("poor\(number).md").contains("süite"), "\(shell)")
      #expect(try report("poor\(number).json", under: shell) == json, "\(shell)")
    }
  }

  /// What was to be shown is lost and told by the exit code; what was measured is not.
  @Test func closedOutputsLoseNoRows() throws {
    #expect(try run("heard") == 0)
    #expect(try run("unheard", under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" <&- >&- 2>&-"]) == 2)
    #expect(try rows("unheard") == rows("heard"))
    #expect(try scratch.read("unheard.md").contains("süite"))
  }

  /// Text goes out as UTF-8 whatever the locale says.
  @Test func textsAreUnicodeEverywhere() throws {
    func text(_ shell: String) throws -> String {
      let command = "exec \(shell) \"$0\" \"$@\" >'\(scratch.path("text"))'"
      let program = try RunningProgram(
        ["tokenize", "--model", model.directory, "--input", scratch.path("in.jsonl"), "--output", "/dev/stdout"],
        in: scratch,
        under: ["/bin/sh", "-c", command]
      )
      let (status, errors) = (program.end(within: 60), try program.errors)
      #expect(status == 0, "\(errors)")
      return try scratch.read("text")
    }
    let ids = Array("Größe – 高さ".utf8).map { "\(Int($0) + 3)" }.joined(separator: ", ")
    try scratch.write("{\"ids\": [\(ids)]}\n", to: "in.jsonl")
    let plain = try text("")
    #expect(plain.contains("Größe – 高さ"), "\(plain)")
    for shell in ["env -i", "env LC_ALL=C LANG=C", "env LC_ALL=POSIX TERM=dumb"] { #expect(try text(shell) == plain) }
  }

  /// What was to be read from a standard input that is closed or empty is told in one sentence.
  @Test(arguments: ["<&-", "</dev/null"])
  func aMissingInputIsTold(redirection: String) throws {
    for arguments in [
      ["generate", "-", "--model", model.directory],
      [
        "decode", "--model", model.directory, "--decoder", "vanilla", "--input", "/dev/stdin", "--output",
        scratch.path("o.jsonl"),
      ],
    ] {
      let program = try RunningProgram(
        arguments,
        in: scratch,
        under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" \(redirection)"]
      )
      #expect([2, 64].contains(program.end(within: 60)))
      let errors = try program.errors
      #expect(errors.hasPrefix("specbench: ") && errors.split(separator: "\n").count == 1, "\(errors)")
      #expect(errors.contains("standard input") || errors.contains("/dev/stdin"), "\(errors)")
    }
  }
}

/// Progress is drawn only where it can be, with what can be shown.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/dev/ptmx"))) final class TerminalKindTests: ProgramTests {
  /// A new terminal: the side that shows, and the side that programs write to.
  private func terminal() throws -> (master: Int32, side: FileHandle) {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN of Linux, which Swift does not import.
    var (lock, number) = (Int32(0), Int32(0))
    let isUnlocked = ioctl(master, 0x4004_5431, &lock) == 0
    let isKnown = ioctl(master, 0x8004_5430, &number) == 0
    try #require(isUnlocked && isKnown)
    let side = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(side >= 0)
    return (master, FileHandle(fileDescriptor: side, closeOnDealloc: true))
  }

  /// Runs the program with a terminal as its output.
  private func show(_ arguments: [String], _ environment: [String: String]) throws -> String {
    let (master, terminal) = try terminal()
    defer { close(master) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    (process.standardOutput, process.standardError) = (terminal, terminal)
    let foreign = ["TERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR"]
    process.environment = ProcessInfo.processInfo.environment.filter { !foreign.contains($0.key) }
      .merging(environment) { $1 }
    try process.run()
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    var (shown, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
    let end = Date(timeIntervalSinceNow: 60)
    while Date() < end {
      // The end of the process comes before the end of what it has written.
      let isOver = !process.isRunning
      let count = read(master, &buffer, buffer.count)
      if count > 0 {
        shown += buffer[..<count]
      } else if isOver {
        break
      } else {
        usleep(5000)
      }
    }
    #expect(!process.isRunning && process.terminationStatus == 0)
    return String(decoding: shown, as: UTF8.self)
  }

  private var run: [String] {
    [
      "run", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
      "--limit", "3", "--max-new-tokens", "4", "--decoders", "prompt-lookup", "--threads", "1", "--database",
      scratch.path("\(UUID().uuidString).sqlite"), "--report", scratch.path("report.md"),
    ]
  }

  @Test(arguments: [["TERM": "dumb"], ["TERM": "dumb", "LANG": "en_US.UTF-8"], [:]])
  func aDumbTerminalGetsPlainLines(environment: [String: String]) throws {
    for arguments in [run, ["generate", "abc abc abc", "--model", model.directory, "--max-new-tokens", "8"]] {
      let text = try show(arguments, environment).replacing("\r\n", with: "\n")
      #expect(!text.contains("\u{1B}") && !text.contains("\r"), "\(text.debugDescription)")
      if arguments[0] == "run" {
        let last = text.split(separator: "\n").last { $0.contains("generations, ") }
        let (done, total) = (last?.split(separator: " ").first, last?.split(separator: " ").dropFirst(2).first)
        #expect(done != nil && done == total, "\(text.debugDescription)")
      }
    }
  }

  @Test func aTerminalOfASCIIGetsABarOfIt() throws {
    for environment in [["LANG": "C"], ["LANG": "en_US.UTF-8", "LC_ALL": "C"], ["LC_CTYPE": "de_DE.ISO-8859-1"], [:]] {
      let text = try show(run, environment.merging(["TERM": "xterm"]) { $1 })
      let drawn = text.components(separatedBy: "\r\u{1B}[K").filter { $0.contains("generations, ") }
      #expect(!drawn.isEmpty && drawn.allSatisfy { $0.prefix { $0 != "\n" && $0 != "\r\n" }.allSatisfy(\.isASCII) })
      #expect(drawn.last?.hasPrefix("#####") == true, "\(text.debugDescription)")
    }
    let rich = try show(run, ["TERM": "xterm", "LANG": "C.UTF-8"])
    #expect(rich.contains("\u{1B}[K█████"), "\(rich.debugDescription)")
  }
}
