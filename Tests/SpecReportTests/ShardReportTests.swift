import Foundation
import GRDB
import SpecCore
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// Reports of runs that were joined from shards, and of shards alone.
@Suite struct ShardReportTests {
  /// A database with one shard of two, measured on a host.
  private func shard(_ number: Int, on host: String, warning: String) throws -> Workspace {
    let workspace = try Workspace()
    let run = try CertaintyTests.record(in: workspace.store, host: host)
    try DatabaseQueue(path: workspace.store.path).write { database in
      try database.execute(
        sql: """
          UPDATE run SET options = json_object('shard', ?), finished_at = started_at WHERE id = ?;
          UPDATE prompt SET question_id = question_id + ?;
          UPDATE environment SET warnings = json_array(?);
          """,
        arguments: ["\(number)/2", run, 100 * number, warning]
      )
      try database.execute(
        sql: "UPDATE run SET verification_cost = json_replace(verification_cost, '$[0].milliseconds', ?)",
        arguments: [number]
      )
    }
    return workspace
  }

  /// A run joined from some of two shards, on hosts of these names.
  private func joined(_ hosts: [String]) throws -> Workspace {
    let target = try Workspace()
    var run: Int64?
    for (index, host) in hosts.enumerated() {
      let source = try shard(index + 1, on: host, warning: "It was dark at \(host).")
      var record = try source.store.run(1).record
      record.options = record.optionsOfAllShards
      record.plan = #"{"questions": [\#((100..<110).map(String.init).joined(separator: ",")), 207]}"#
      record.finishedAt = nil
      run = try target.store.join(
        RunPart(run: 1),
        from: source.store,
        into: run,
        as: record,
        questions: Array(100..<110) + Array(200..<210)
      ).run
    }
    return target
  }

  private func report(_ workspace: Workspace) throws -> String {
    MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: 1)))
  }

  /// Environment, warnings and T(m) are told by host.
  @Test func hostsAreToldApart() throws {
    let workspace = try joined(["north", "south"])
    let text = try report(workspace)
    #expect(text.contains("- **Host north (shard 1)**:\n") && text.contains("- **Host south (shard 2)**:\n"))
    #expect(
      text.contains("> - north (shard 1): It was dark at north.")
        && text.contains("> - south (shard 2): It was dark at south.")
    )
    #expect(text.contains("## Shards") && text.contains("| 1/2   | north |") && text.contains("| 2/2   | south |"))
    #expect(text.contains("T(m) of north (shard 1)") && text.contains("T(m) of south (shard 2)"))
    #expect(text.contains("Repeat 2, shard 1:") || text.contains("2, shard 1"))
    #expect(!text.contains("not whole"))
    // The mean of both hosts' first costs, 1 and 2 ms.
    #expect(try workspace.store.run(1).verificationCost?.first?.milliseconds == 1.5)
    let json = try JSONReport.render(RunSummary(store: workspace.store, run: 1))
    let members = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let shards = try #require(members["shards"] as? [[String: Any]])
    #expect(shards.compactMap { ($0["environment"] as? [String: Any])?["host_name"] as? String } == ["north", "south"])
  }

  @Test func oneHostIsToldOnce() throws {
    let text = try report(joined(["north", "north"]))
    #expect(text.contains("## Shards") && !text.contains("Host north (") && !text.contains("T(m) of north"))
  }

  @Test func whatIsMissingIsTold() throws {
    let text = try report(joined(["north"]))
    #expect(text.contains("The run is joined from shards, and not whole."))
    #expect(text.contains("Missing is shard 2.") && text.contains("1 of 11 questions are not measured whole: 207."))
    let alone = try report(shard(2, on: "south", warning: "dark"))
    #expect(alone.contains("**shard 2/2** The run measured 10 questions, which are one of 2 parts of its plan"))
  }
}
