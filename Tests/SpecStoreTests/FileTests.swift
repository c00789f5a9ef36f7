import Foundation
import GRDB
import SpecStore
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
    for path in [folder.path + "/file/results.sqlite", folder.path + "/no/results.sqlite", folder.path] {
      #expect(throws: StoreError.unwritable(path: path)) { try BenchmarkStore(creatingAt: path) }
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
      #expect(throws: StoreError.unwritable(path: folder.database)) {
        try BenchmarkStore(creatingAt: folder.database)
      }
    }
    let new = folder.path + "/new.sqlite"
    #expect(throws: StoreError.unwritable(path: new)) { try BenchmarkStore(creatingAt: new) }
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
    #expect(throws: StoreError.unwritable(path: folder.database)) {
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
      .unwritable(path: path), .unreadable(path: path), .busy(path: path), .diskFull(path: path),
      .damaged(path: path), .rejected(path: path, reason: "why"), .noSuchRun(path: path, run: 3),
      .failed(path: path, reason: "why"),
    ]
    for error in errors {
      #expect(error.description.contains(path))
      #expect(error.description.hasSuffix("."))
    }
  }
}
