import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Databases that cannot be used: each is told in one sentence, and stays as it is.
@Suite final class DatabaseFaultTests: ProgramTests {
  private var database: String { scratch.path("runs.sqlite") }
  private var place: URL { URL(fileURLWithPath: database) }

  override init() throws {
    try super.init()
    try scratch.write(#"{"question_id": 1, "category": "qa", "turns": ["Why?"]}"#, to: "question.jsonl")
    let run = try Program.run(measuring, in: scratch.folder)
    try #require(run.status == 0, "\(run.errors)")
  }

  private var measuring: [String] {
    [
      "run", "--model", model.directory, "--suite", "question.jsonl", "--max-new-tokens", "40", "--threads", "1",
      "--decoders", "kangaroo", "--database", database,
    ]
  }

  private func expectSentence(_ arguments: [String], _ words: String...) throws {
    let before = try Data(contentsOf: place)
    let result = try Program.run(arguments, in: scratch.folder)
    #expect(result.status == 2, "\(arguments): \(result)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(arguments): \(result.errors)")
    for word in ["runs.sqlite"] + words { #expect(result.errors.contains(word), "\(arguments): \(result.errors)") }
    #expect(try Data(contentsOf: place) == before, "\(arguments)")
  }

  private var commands: [[String]] {
    [["report", "--database", database], ["bundle", "--database", database, "--output", "x.bundle"], measuring]
  }

  /// As a copy that was broken off, or a disk that failed, leaves it.
  @Test(arguments: [0.3, 0.6, 0.95]) func aTruncatedFileIsDamaged(share: Double) throws {
    let whole = try Data(contentsOf: place)
    try whole.prefix(Int(Double(whole.count) * share) / 512 * 512).write(to: place)
    for command in commands { try expectSentence(command, "damaged") }
  }

  @Test func aForeignFileStaysAsItIs() throws {
    try FileManager.default.removeItem(atPath: database)
    try DatabaseQueue(path: database).write { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
    for command in commands { try expectSentence(command, "not one of SpecBench") }
    try Data("Not a database at all.\n".utf8).write(to: place)
    for command in commands { try expectSentence(command, "not an SQLite database") }
  }

  @Test func aNewerFileIsRefused() throws {
    try DatabaseQueue(path: database).write { database in
      try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999')")
    }
    for command in commands { try expectSentence(command, "newer version") }
  }

  @Test func aLockedFileIsToldAsSuch() throws {
    let queue = try DatabaseQueue(path: database)
    try queue.inDatabase { database in
      try database.execute(sql: "BEGIN EXCLUSIVE")
      let result = try Program.run(measuring, in: scratch.folder)
      #expect(result.status == 2 && result.errors.contains("locked by another process"), "\(result.errors)")
      try database.execute(sql: "ROLLBACK")
    }
    #expect(try Program.run(["runs", "--database", self.database]).status == 0)
  }
}
