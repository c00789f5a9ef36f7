import GRDB
import SpecStore
import SpecTestSupport
import Testing

/// How a run chose its tokens is kept with it, also in files from before there was sampling.
@Suite struct SamplingColumnsTests {
  @Test func samplingComesBack() throws {
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    var run = Example.run
    run.temperature = 0.7
    run.topK = 50
    run.topP = 0.9
    run.verification = "rejection"
    let id = try store.beginRun(run, environment: Example.environment, decoders: [], prompts: []).run
    #expect(try store.run(id).record == run)
    let columns = try DatabaseQueue(path: folder.database).read { database in
      try Row.fetchOne(database, sql: "SELECT temperature, top_k, top_p, verification FROM run")
    }
    #expect(columns == ["temperature": 0.7, "top_k": 50, "top_p": 0.9, "verification": "rejection"])
  }

  @Test func impossibleSamplingIsRefused() throws {
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    for change in [{ $0.temperature = -1 }, { $0.topP = 0 }, { $0.verification = "hope" }]
      as [(inout RunRecord) -> Void]
    {
      var run = Example.run
      change(&run)
      #expect(throws: StoreError.self) {
        try store.beginRun(run, environment: Example.environment, decoders: [], prompts: [])
      }
    }
  }
}
