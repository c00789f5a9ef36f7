import Foundation
import SpecFiles
import Testing

/// A file that cannot be written is told with the system's reason, and leaves nothing behind.
@Suite final class UnwritableOutputTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "unwritable-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  private func sentence(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was wrong"
    } catch {
      return "\(error)"
    }
  }

  @Test func eachReasonHasItsSentence() throws {
    try OutputFile.write("x", to: path("file"))
    try FileManager.default.createSymbolicLink(atPath: path("circle"), withDestinationPath: path("circle"))
    let long = String(repeating: "n", count: 300)
    for (place, reason) in [
      (path("absent/a"), "the folder is not there"), (path("file/a"), "a part of the path is not a folder"),
      (path(long), "the name is too long"), (path("circle"), "its symbolic links lead in a circle"),
      (folder.path, "this is a folder"), ("", "the folder is not there"),
    ] {
      let found = sentence { try OutputFile.write("x", to: place) }
      #expect(found.hasPrefix("\(place): \(reason); "), "\(found)")
    }
    #expect(try names == ["circle", "file"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func aFullDiskIsToldAsSuch() throws {
    let found = sentence { try OutputFile.write("x", to: "/dev/full") }
    #expect(found.hasPrefix("/dev/full: the disk is full; "), "\(found)")
  }

  @Test func everyCodeMakesOneSentence() {
    for code in Int32(1)...133 {
      let text = SystemProblem(code: code).description
      #expect(text.split(separator: ";").count == 2 && !text.hasSuffix("."), "\(code): \(text)")
    }
  }

  @Test func aFailureLeavesNoFolders() throws {
    #expect(throws: UnwritableFile.self) {
      try OutputFile.withFolder(path("a/b/c")) { throw UnwritableFile(path: "elsewhere") }
    }
    #expect(try names.isEmpty)
    // What was there before stays, and so does what holds something.
    try OutputFile.makeFolder(path("kept"))
    #expect(throws: UnwritableFile.self) {
      try OutputFile.withFolder(path("kept/new/x")) {
        try OutputFile.write("y", to: path("kept/new/file"))
        throw UnwritableFile(path: "elsewhere")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("kept/new")) == ["file"])
    try OutputFile.write("z", to: path("file"))
    let found = sentence { try OutputFile.makeFolder(path("file/below/x")) }
    #expect(found.contains("a part of the path is not a folder"), "\(found)")
  }

  @Test func severalFilesAreWrittenAllOrNone() throws {
    try OutputFile.write("before", to: path("a"))
    try OutputFile.makeFolder(path("b"))
    #expect(throws: UnwritableFile.self) { try OutputFile.writeAll([(path("a"), "after"), (path("b"), "after")]) }
    #expect(try String(contentsOfFile: path("a"), encoding: .utf8) == "before")
    #expect(try names == ["a", "b"])
    try OutputFile.writeAll([(path("a"), "after"), (path("c"), "new")])
    #expect(try String(contentsOfFile: path("a"), encoding: .utf8) == "after")
    #expect(try names == ["a", "b", "c"])
  }

  /// `LINK/..` is the folder above what the link leads to.
  @Test func linksAreFollowedAsTheSystemDoes() throws {
    try OutputFile.makeFolder(path("deep/inner"))
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("deep/inner"))
    try OutputFile.write("x", to: path("link/../x"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("deep")).sorted() == ["inner", "x"])
    // A link that leads nowhere yet: the file that it asks for is made, and it stays a link.
    try FileManager.default.createSymbolicLink(atPath: path("pending"), withDestinationPath: "deep/y")
    try OutputFile.write("y", to: path("pending"))
    #expect(try String(contentsOfFile: path("deep/y"), encoding: .utf8) == "y")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("pending")) == "deep/y")
    #expect(throws: UnwritableFile.self) {
      try OutputFile.check(path("pending"), keeping: [(path("deep/inner/../y"), "the database")])
    }
  }

  @Test func longNamesCanBeWritten() throws {
    let name = String(repeating: "ü", count: 127)
    try OutputFile.write("x", to: path(name))
    #expect(try String(contentsOfFile: path(name), encoding: .utf8) == "x")
  }
}
