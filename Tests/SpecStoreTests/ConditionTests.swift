import SpecStore
import SpecTestSupport
import Testing

@Suite struct ConditionTests {
  @Test func conditionsAreKeptAndReplaced() throws {
    let example = try ExampleRun()
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    var condition = RepeatCondition(repeatIndex: 0, startedAt: Example.date, finishedAt: Example.date)
    try store.recordCondition(condition, run: 1)
    condition.otherShare = 0.25
    condition.onBattery = true
    condition.warnings = ["Busy."]
    try store.recordCondition(condition, run: 1)
    #expect(try store.conditions(of: 1) == [condition])
    #expect(try store.conditions(of: 2).isEmpty)
    #expect(throws: StoreError.self) { try store.recordCondition(condition, run: 99) }
  }

  @Test func repeatsCanGrow() throws {
    let example = try ExampleRun()
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    try store.recordRepeats(9, run: 1)
    #expect(try store.run(1).repeats == 9)
    #expect(throws: StoreError.noSuchRun(path: store.path, run: 99)) { try store.recordRepeats(1, run: 99) }
  }
}
