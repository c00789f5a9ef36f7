import Foundation
import SpecFiles
import Testing

struct OutputFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)")

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func withFolder(_ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  @Test func piecesBecomeOneFile() throws {
    try withFolder {
      try OutputFile.write("before", to: path("a"))
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path("a"))
      try OutputFile.write(to: path("a")) { (file) throws(UnwritableFile) in
        try file.append(Array("one ".utf8))
        try file.append([])
        try file.append(Array("two".utf8))
      }
      #expect(try String(contentsOfFile: path("a"), encoding: .utf8) == "one two")
      let mode = try FileManager.default.attributesOfItem(atPath: path("a"))[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o640)
      #expect(try names == ["a"])
    }
  }

  @Test func aFailureLeavesWhatWasThere() throws {
    try withFolder {
      try OutputFile.write("before", to: path("a"))
      #expect(throws: UnwritableFile.self) {
        try OutputFile.write(to: path("a")) { (file) throws(UnwritableFile) in
          try file.append(Array("half".utf8))
          throw UnwritableFile(path: "elsewhere")
        }
      }
      #expect(try String(contentsOfFile: path("a"), encoding: .utf8) == "before")
      #expect(try names == ["a"])
    }
  }

  @Test func aLinkLeadsToTheFile() throws {
    try withFolder {
      try OutputFile.write("before", to: path("a"))
      try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("a"))
      try OutputFile.write("after", to: path("link"))
      #expect(try String(contentsOfFile: path("a"), encoding: .utf8) == "after")
      #expect(try names == ["a", "link"])
    }
  }

  @Test func whatIsNoFileIsWrittenDirectlyOrRefused() throws {
    try OutputFile.write("nothing is kept of this", to: "/dev/null")
    try withFolder {
      for place in [folder.path, path("absent/a")] {
        let error = #expect(throws: UnwritableFile.self) { try OutputFile.write("x", to: place) }
        #expect(error?.description.contains(place) == true)
      }
    }
  }

  @Test func whatTheShellHasOpenedIsWrittenBehindWhatIsThere() throws {
    try withFolder {
      try OutputFile.write("before\n", to: path("log"))
      let log = open(path("log"), O_WRONLY | O_APPEND)
      defer { close(log) }
      try OutputFile.check("/dev/fd/\(log)")
      try OutputFile.write("after\n", to: "/dev/fd/\(log)")
      #expect(try String(contentsOfFile: path("log"), encoding: .utf8) == "before\nafter\n")
      #expect(try names == ["log"])
      // A pipe has no name of its own.
      let pipe = Pipe()
      try OutputFile.check("/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)")
      try OutputFile.write("through", to: "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)")
      try pipe.fileHandleForWriting.close()
      #expect(try pipe.fileHandleForReading.readToEnd() == Data("through".utf8))
      #expect(throws: UnwritableFile.self) { try OutputFile.write("x", to: "/dev/fd/1000000") }
      #expect(throws: UnwritableFile.self) {
        try OutputFile.check("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
      }
    }
  }

  @Test func aDatabaseAndItsPartsAreNotOverwritten() throws {
    try withFolder {
      try OutputFile.write("SQLite format 3\0 and more", to: path("other"))
      try OutputFile.write("any", to: path("own"))
      try FileManager.default.linkItem(atPath: path("other"), toPath: path("hard"))
      for name in ["other", "hard", "own", "own-wal", "own-shm", "own-journal", "own-lock"] {
        #expect(throws: UnwritableFile.self, "\(name)") {
          try OutputFile.check(path(name), keeping: [(path("own"), "the database")])
        }
      }
      for name in ["own-report", "ow", "else"] {
        try OutputFile.check(path(name), keeping: [(path("own"), "the database")])
      }
    }
  }

  @Test func aFolderIsWorkedInByOneAtATime() throws {
    try withFolder {
      try FolderClaim.during(path("a/b")) {
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("a/b"))
        for name in ["a/b", "link"] {
          #expect(throws: FolderInUse.self) { try FolderClaim.during(path(name)) {} }
        }
        try FolderClaim.during(path("a")) {}
      }
      try FolderClaim.during(path("link")) {}
      let failure = UnwritableFile(path: "elsewhere")
      #expect(throws: UnwritableFile.self) { try FolderClaim.during(path("c/d")) { throw failure } }
      #expect(try names == ["a", "link"])
    }
  }

  /// What was read is not overwritten, by whatever name.
  @Test func inputsAreKept() throws {
    try withFolder {
      for name in ["read.json", "other.json"] { try OutputFile.write("{}", to: path(name)) }
      try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "read.json")
      try InputLog().recording {
        // A log of a part is heard of by that of the whole.
        try InputLog().recording { _ = try InputFile<TestFailure>.bytes(of: path("read.json")) }
        for name in ["read.json", "link", "./read.json"] {
          let error = #expect(throws: UnwritableFile.self) { try OutputFile.check(path(name)) }
          #expect(error?.conflict == "an input")
        }
        try OutputFile.check(path("other.json"))
        // The plots of a report come with it.
        #expect(throws: UnwritableFile.self) { try OutputFile.writeAll([(path("new"), "x"), (path("link"), "x")]) }
        #expect(try String(contentsOfFile: path("read.json"), encoding: .utf8) == "{}")
        #expect(!FileManager.default.fileExists(atPath: path("new")))
      }
      try OutputFile.check(path("read.json"))
    }
  }

  @Test func whatAKilledProcessWasWritingGoes() throws {
    try withFolder {
      let left = ["numbers-3.safetensors.\(UUID().uuidString).partial", "\(UUID().uuidString).partial"]
      for name in left + ["a.partial", "b.txt", "c.\(UUID().uuidString)"] {
        try Data().write(to: URL(fileURLWithPath: path(name)))
      }
      OutputFile.removeLeftovers(in: folder.path)
      let kept = try names
      #expect(!kept.contains(left[0]) && kept.count == 4)
      OutputFile.removeLeftovers(in: path("not there"))
    }
  }

  /// A killed process leaves what it was writing; who writes the file next tidies it up, and nothing else.
  @Test func leftoversGoWithTheNextFileOfTheirName() throws {
    try withFolder {
      func partial(_ name: String) -> String { "\(name).\(UUID().uuidString).partial" }
      let long = String(repeating: "é", count: 120)
      let left = [partial("report.md"), partial("plot.svg"), partial(String(long.utf8.prefix(180)) ?? "")]
      // What belongs to other files, to nobody, or to a process that is writing it.
      let claimed = partial("report.md")
      let others = [partial("other.md"), partial("a.report.md"), "report.md.partial", claimed]
      for name in left + others { try Data().write(to: URL(fileURLWithPath: path(name))) }
      let descriptor = open(path(claimed), O_RDONLY)
      defer { close(descriptor) }
      #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
      try OutputFile.write("whole", to: path("report.md"))
      #expect(try names == ([left[1], left[2], "report.md"] + others).sorted())
      try OutputFile.writeAll([(path("plot.svg"), "<svg/>"), (path("report.md"), "again")])
      try OutputFile.write("long", to: path(long))
      #expect(try names == (["plot.svg", "report.md", long] + others).sorted())
    }
  }

  /// While a file is written nobody takes it for one that was left behind.
  @Test func aFileThatIsBeingWrittenStays() throws {
    try withFolder {
      try OutputFile.write(to: path("a")) { (file) throws(UnwritableFile) in
        try file.append(Array("outer".utf8))
        try OutputFile.write("inner", to: path("a"))
      }
      #expect(try String(contentsOfFile: path("a"), encoding: .utf8) == "outer")
      #expect(try names == ["a"])
    }
  }
}
