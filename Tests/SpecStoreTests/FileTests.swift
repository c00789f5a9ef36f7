import Foundation
import GRDB
import SpecFiles
import SpecStore
import SpecTestSupport
import Testing

/// A user who may do everything cannot be denied anything by permissions.
private let permissionsApply = getuid() != 0

@Suite struct FileTests {
  private func permit(_ permissions: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
  }

  @Test func missingFile() throws {
    let folder = try TemporaryFolder()
    for access in [BenchmarkStore.Access.reading, .writing] {
      #expect(throws: StoreError.missing(path: folder.database)) {
        try BenchmarkStore(openingAt: folder.database, for: access)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.database))
  }

  @Test(arguments: [1, 500]) func textFileStaysAsItIs(lines: Int) throws {
    let contents = String(repeating: "question_id,category\n", count: lines)
    let folder = try TemporaryFolder()
    try contents.write(toFile: folder.database, atomically: true, encoding: .utf8)
    #expect(throws: StoreError.notADatabase(path: folder.database)) {
      try BenchmarkStore(openingAt: folder.database)
    }
    #expect(throws: StoreError.notADatabase(path: folder.database)) {
      try BenchmarkStore(creatingAt: folder.database)
    }
    #expect(try String(contentsOfFile: folder.database, encoding: .utf8) == contents)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.sqlite"])
  }

  @Test func databaseOfAnotherProgramStaysAsItIs() throws {
    let folder = try TemporaryFolder()
    try DatabaseQueue(path: folder.database).write { try $0.execute(sql: "CREATE TABLE run (id INTEGER)") }
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    #expect(throws: StoreError.notABenchmark(path: folder.database)) {
      try BenchmarkStore(openingAt: folder.database)
    }
    #expect(throws: StoreError.notABenchmark(path: folder.database)) {
      try BenchmarkStore(creatingAt: folder.database)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
  }

  @Test func emptyFileIsNoBenchmarkButCanBecomeOne() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.database))
    #expect(throws: StoreError.notABenchmark(path: folder.database)) {
      try BenchmarkStore(openingAt: folder.database)
    }
    #expect(try BenchmarkStore(creatingAt: folder.database).runs().isEmpty)
  }

  @Test func newerSchema() throws {
    let example = try ExampleRun()
    try DatabaseQueue(path: example.folder.database).write { database in
      try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')")
    }
    #expect(throws: StoreError.newerSchema(path: example.folder.database)) {
      try BenchmarkStore(openingAt: example.folder.database)
    }
    #expect(throws: StoreError.newerSchema(path: example.folder.database)) {
      try BenchmarkStore(creatingAt: example.folder.database)
    }
  }

  @Test func olderSchemaIsBroughtUpToDate() throws {
    let folder = try TemporaryFolder()
    try DatabaseQueue(path: folder.database).writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA application_id = \(0x5350_4543)")
    }
    #expect(try BenchmarkStore(openingAt: folder.database).runs().isEmpty)
  }

  @Test func unwritablePlace() throws {
    let folder = try TemporaryFolder()
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
    for (path, code) in [
      (folder.path + "/file/results.sqlite", ENOTDIR), (folder.path + "/no/results.sqlite", ENOENT),
      (folder.path + "/" + String(repeating: "n", count: 300), ENAMETOOLONG),
    ] {
      #expect(throws: StoreError.unwritable(path: path, SystemProblem(code: code))) {
        try BenchmarkStore(creatingAt: path)
      }
    }
  }

  /// A process may be ended when it has made the file and nothing in it.
  @Test func aFileThatWasJustBegunIsGoneOnWith() throws {
    for sql in ["PRAGMA user_version = 0", "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"] {
      let folder = try TemporaryFolder()
      var configuration = Configuration()
      configuration.journalMode = .wal
      try DatabaseQueue(path: folder.database, configuration: configuration).write { try $0.execute(sql: sql) }
      #expect(try BenchmarkStore(creatingAt: folder.database).runs().isEmpty)
    }
  }

  @Test func whatIsNoFileIsNamed() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    for (path, kind) in [(folder.path, "a folder"), ("/dev/null", "a device"), (pipe, "a pipe")] {
      let expected = StoreError.notAFile(path: path, kind: kind)
      #expect(throws: expected) { try BenchmarkStore(openingAt: path) }
      #expect(throws: expected) { try BenchmarkStore(creatingAt: path) }
      #expect(expected.description.hasPrefix("\(path): this is \(kind), not a database; "))
    }
  }

  @Test func aLinkLeadsToTheFile() throws {
    let (folder, place) = (try TemporaryFolder(), try TemporaryFolder())
    let link = place.path + "/link.sqlite"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.database)
    // Nothing is there yet: reading makes nothing, writing makes the file that the link asks for.
    #expect(throws: StoreError.missing(path: link)) { try BenchmarkStore(openingAt: link) }
    #expect(!FileManager.default.fileExists(atPath: folder.database))
    let store = try BenchmarkStore(creatingAt: link)
    _ = try store.beginRun(Example.run, environment: Example.environment, decoders: [], prompts: [])
    #expect(FileManager.default.fileExists(atPath: folder.database))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["link.sqlite"])
    // What is in the log beside the file is seen through the link.
    #expect(FileManager.default.fileExists(atPath: folder.database + "-wal"))
    #expect(try BenchmarkStore(openingAt: link).runs().count == 1)
    #expect(try BenchmarkStore(openingAt: place.path + "/./link.sqlite").runs().count == 1)
    // A link into a folder that is not there.
    let lost = place.path + "/lost.sqlite"
    try FileManager.default.createSymbolicLink(atPath: lost, withDestinationPath: place.path + "/no/x.sqlite")
    #expect(throws: StoreError.unwritable(path: lost, SystemProblem(code: ENOENT))) {
      try BenchmarkStore(creatingAt: lost)
    }
  }

  /// Whatever it is called, one database is measured into once.
  @Test func otherNamesOfADatabaseAreLockedWithIt() throws {
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    let (link, second) = (folder.path + "/link.sqlite", folder.path + "/second.sqlite")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "results.sqlite")
    try FileManager.default.linkItem(atPath: folder.database, toPath: second)
    var lock: MeasuringLock? = try store.lockForMeasuring()
    for path in [link, folder.path + "/./results.sqlite"] {
      let other = try BenchmarkStore(creatingAt: path)
      #expect(throws: StoreError.measuring(path: path)) { try other.lockForMeasuring() }
    }
    // What is new lies beside the other name: nothing true could be read or written here.
    #expect(throws: StoreError.measuring(path: second)) { try BenchmarkStore(creatingAt: second) }
    #expect(throws: StoreError.measuring(path: second)) { try BenchmarkStore(openingAt: second) }
    withExtendedLifetime(lock) {}
    lock = nil
    for path in [link, folder.database] {
      let other = try BenchmarkStore(creatingAt: path)
      let again = try other.lockForMeasuring()
      withExtendedLifetime(again) {}
    }
    #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.hasSuffix("-lock") })
  }

  /// As a stopped process leaves it: its newest rows lie beside the name that it measured into.
  @Test func aNameWithoutTheNewestRowsIsRefused() throws {
    let (example, folder, elsewhere) = (try ExampleRun(), try TemporaryFolder(), try TemporaryFolder())
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: example.folder.database + suffix, toPath: folder.database + suffix)
    }
    let (second, third) = (folder.path + "/second.sqlite", elsewhere.path + "/third.sqlite")
    for path in [second, third] { try FileManager.default.linkItem(atPath: folder.database, toPath: path) }
    let expected = StoreError.rowsUnderAnotherName(path: second, name: "results.sqlite")
    #expect(throws: expected) { try BenchmarkStore(openingAt: second) }
    #expect(throws: expected) { try BenchmarkStore(creatingAt: second) }
    // Nobody can know in which folder the rows are.
    #expect(throws: StoreError.emptyUnderThisName(path: third)) { try BenchmarkStore(openingAt: third) }
    #expect(throws: StoreError.emptyUnderThisName(path: third)) { try BenchmarkStore(creatingAt: third) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path) == ["third.sqlite"])
    // The name itself is good, and so is every name once the rows are in the file.
    for path in [folder.database, second, third] {
      #expect(try BenchmarkStore(creatingAt: path).runs().count == 1)
    }
  }

  @Test func readingStoreDoesNotWrite() throws {
    let example = try ExampleRun()
    let reader = try BenchmarkStore(openingAt: example.folder.database)
    #expect(throws: StoreError.unwritable(path: example.folder.database)) {
      try reader.finishRun(example.run, at: Example.date)
    }
  }

  @Test func closingLeavesOneFile() throws {
    let folder = try TemporaryFolder()
    do {
      _ = try BenchmarkStore(creatingAt: folder.database)
        .beginRun(Example.run, environment: Example.environment, decoders: [], prompts: [])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.sqlite"])
    #expect(try BenchmarkStore(openingAt: folder.database).runs().count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.sqlite"])
  }

  @Test func lockedFile() throws {
    let example = try ExampleRun()
    let store = try BenchmarkStore(
      openingAt: example.folder.database,
      for: .writing,
      busyTimeout: .milliseconds(20)
    )
    try DatabaseQueue(path: example.folder.database).inDatabase { database in
      try database.execute(sql: "BEGIN IMMEDIATE")
      #expect(throws: StoreError.busy(path: example.folder.database)) {
        try store.finishRun(example.run, at: Example.date)
      }
      #expect(try store.runs().count == 1)
      try database.execute(sql: "ROLLBACK")
    }
    try store.finishRun(example.run, at: Example.date)
  }

  @Test func damagedFile() throws {
    let folder = try TemporaryFolder()
    do { _ = try BenchmarkStore(creatingAt: folder.database) }
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder.database))
    try handle.seek(toOffset: 4096)
    try handle.write(contentsOf: Data(repeating: 0xA5, count: 8 * 4096))
    try handle.close()
    #expect(throws: StoreError.damaged(path: folder.database)) {
      try BenchmarkStore(openingAt: folder.database).runs()
    }
  }

  @Test(.enabled(if: permissionsApply)) func finishedFileInReadOnlyFolderCanBeRead() throws {
    let folder = try TemporaryFolder()
    do {
      _ = try BenchmarkStore(creatingAt: folder.database)
        .beginRun(Example.run, environment: Example.environment, decoders: [], prompts: [])
    }
    try permit(0o555, folder.path)
    defer { try? permit(0o755, folder.path) }
    for permissions in [0o644, 0o444] {
      try permit(permissions, folder.database)
      #expect(try BenchmarkStore(openingAt: folder.database).runs().count == 1)
      #expect(throws: StoreError.unwritable(path: folder.database, SystemProblem(code: EACCES))) {
        try BenchmarkStore(creatingAt: folder.database)
      }
    }
    let new = folder.path + "/new.sqlite"
    #expect(throws: StoreError.unwritable(path: new, SystemProblem(code: EACCES))) {
      try BenchmarkStore(creatingAt: new)
    }
    try permit(0o000, folder.database)
    #expect(throws: StoreError.unreadable(path: folder.database)) {
      try BenchmarkStore(openingAt: folder.database)
    }
  }

  @Test(.enabled(if: permissionsApply)) func readOnlyFileInWritableFolderCanBeRead() throws {
    let folder = try TemporaryFolder()
    do {
      _ = try BenchmarkStore(creatingAt: folder.database)
        .beginRun(Example.run, environment: Example.environment, decoders: [], prompts: [])
    }
    try permit(0o444, folder.database)
    #expect(try BenchmarkStore(openingAt: folder.database).runs().count == 1)
    #expect(throws: StoreError.unwritable(path: folder.database, SystemProblem(code: EACCES))) {
      try BenchmarkStore(openingAt: folder.database, for: .writing)
    }
  }

  /// Rows that a killed process committed are still in its log: reading the file alone would miss them silently.
  @Test(.enabled(if: permissionsApply)) func committedRowsInTheLogAreNotMissed() throws {
    let example = try ExampleRun()
    let dead = try TemporaryFolder()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: example.folder.database + suffix,
        toPath: dead.database + suffix
      )
    }
    try permit(0o555, dead.path)
    defer { try? permit(0o755, dead.path) }
    #expect(throws: StoreError.unreadable(path: dead.database)) { try BenchmarkStore(openingAt: dead.database) }
    try permit(0o755, dead.path)
    #expect(try BenchmarkStore(openingAt: dead.database).runs().count == 1)
  }

  @Test func everyMessageNamesTheFile() {
    let path = "/results/today.sqlite"
    let errors: [StoreError] = [
      .missing(path: path), .notADatabase(path: path), .notABenchmark(path: path), .newerSchema(path: path),
      .unwritable(path: path), .unwritable(path: path, SystemProblem(code: EROFS)), .unreadable(path: path),
      .notAFile(path: path, kind: "a folder"), .unlockable(path: path, SystemProblem(code: ENOLCK)), .busy(path: path),
      .diskFull(path: path), .rowsUnderAnotherName(path: path, name: "other.sqlite"), .emptyUnderThisName(path: path),
      .damaged(path: path), .rejected(path: path, reason: "why"), .noSuchRun(path: path, run: 3),
      .failed(path: path, reason: "why"),
    ]
    for error in errors {
      #expect(error.description.contains(path))
      #expect(error.description.hasPrefix("\(path): ") && !error.description.hasSuffix("."))
    }
  }
}
