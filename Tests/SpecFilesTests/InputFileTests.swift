import Foundation
import SpecFiles
import Testing

@Suite final class InputFileTests {
  private typealias File = InputFile<TestFailure>

  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "specfiles-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func write(_ text: String, to name: String = "file") throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    return folder + "/" + name
  }

  private func problem(at path: String, limit: Int = 100) -> InputProblem? {
    SpecFilesTests.problem { () throws(TestFailure) in try File.bytes(of: path, limit: limit) }
  }

  @Test func readsAFileAndFollowsLinks() throws {
    let path = try write("hello")
    try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "file")
    #expect(try File.bytes(of: path) == Array("hello".utf8))
    #expect(try File.bytes(of: folder + "/link") == Array("hello".utf8))
    #expect(try File.bytes(of: write("", to: "empty")) == [])
  }

  @Test func refusesWhatIsNoOrdinaryFile() throws {
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    try FileManager.default.createSymbolicLink(atPath: folder + "/dangling", withDestinationPath: "nothing")
    let file = try write("hello")
    #expect(problem(at: folder) == .notOrdinary(.folder))
    #expect(problem(at: folder + "/pipe") == .notOrdinary(.pipe))
    #expect(problem(at: "/dev/zero") == .notOrdinary(.device))
    #expect(problem(at: folder + "/dangling") == .danglingLink)
    for path in ["", folder + "/none", file + "/inside", file + "\0"] {
      #expect(problem(at: path) == .missing)
    }
  }

  @Test func refusesWhatIsTooLarge() throws {
    let path = try write("hello")
    #expect(problem(at: path, limit: 5) == nil)
    #expect(problem(at: path, limit: 4) == .tooLarge(bytes: 5, limit: 4))
  }

  @Test func refusesWhatMayNotBeRead() throws {
    let path = try write("hello")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    // The administrator may read everything.
    if geteuid() != 0 { #expect(problem(at: path) == .unreadable) }
  }

  @Test func readsADocument() throws {
    let path = try write("\u{FEFF}{\"a\": 1}")
    #expect(try JSONField<TestFailure>(file: path).member("a").integer() == 1)
    let error = try #require(throws: TestFailure.self) { try JSONField<TestFailure>(file: path + "x") }
    #expect(error == TestFailure(.missing, file: path + "x"))
  }
}
