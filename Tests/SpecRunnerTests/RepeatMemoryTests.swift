import SpecDecoding
import SpecKernels
import SpecModel
import SpecRunner
import SpecStore
import SpecSuite
import SpecTestSupport
import Testing

/// Decoders that learn over prompts begin each repeat anew, and a run that was stopped measures what a whole one does.
@Suite struct RepeatMemoryTests {
  private let checkpoint: TinyCheckpoint
  private let folder: TemporaryFolder
  private let model: LoadedModel
  private let suite: SpecSuite.Suite

  init() throws {
    (checkpoint, folder) = (try TinyCheckpoint(), try TemporaryFolder())
    model = try LoadedModel(directory: checkpoint.directory, context: ComputeContext(threads: 1))
    let questions = """
      {"question_id": 1, "category": "writing", "turns": ["Hello there", "Go on"]}
      {"question_id": 2, "category": "qa", "turns": ["Hello there"]}
      {"question_id": 3, "category": "qa", "turns": ["Hello there, go on"]}
      """
    _ = try folder.write(Array(questions.utf8), to: "question.jsonl")
    suite = try SpecSuite.Suite(path: folder.path("."))
  }

  /// The accept lengths of each generation by decoder, prompt and repeat.
  private func acceptLengths(
    _ name: String,
    memory: String,
    stoppedAfter: Int? = nil
  ) throws -> [[Int]: [Int]] {
    let store = try BenchmarkStore(creatingAt: folder.path(name))
    func measure(_ observer: Recorder, resumes: Bool) throws -> Int64 {
      let learners = ["suffix", "token-recycling", "ngram"].map { "\($0):memory=\(memory)" }
      let specs = try DecoderSpec.list((learners + ["sam"]).joined(separator: ","))
      return try Runner(
        plan: RunPlan(
          suite: suite,
          suitePath: suite.directory,
          repeats: 2,
          maximumNewTokens: 24,
          seed: 3,
          commandLine: "test",
          resumes: resumes
        ),
        decoders: RunDecoder.prepare(specs, model: model),
        model: model,
        store: store,
        observer: observer
      ).run().run
    }
    if let stoppedAfter {
      let impatient = Recorder()
      impatient.patience = stoppedAfter
      #expect(throws: RunInterrupted.self) { try measure(impatient, resumes: false) }
    }
    let run = try measure(Recorder(), resumes: stoppedAfter != nil)
    let decoders = try store.decoders(of: run).map(\.id)
    let prompts = try store.prompts(of: run).map(\.id)
    var lengths: [[Int]: [Int]] = [:]
    for generation in try store.generations(of: run) {
      let decoder = try #require(decoders.firstIndex(of: generation.decoderID))
      let prompt = try #require(prompts.firstIndex(of: generation.promptID))
      #expect(generation.lossless != false)
      lengths[[decoder, prompt, generation.repeatIndex]] = try store.cycles(of: generation.id).map(\.emitted)
    }
    return lengths
  }

  @Test func aRepeatKnowsNothingOfTheOneBefore() throws {
    let kept = try acceptLengths("run.sqlite", memory: "run")
    let forgotten = try acceptLengths("prompt.sqlite", memory: "prompt")
    #expect(kept.count == 5 * 4 * 2 && forgotten.count == kept.count)
    for (key, lengths) in kept where key[2] == 0 { #expect(lengths == kept[[key[0], key[1], 1]], "\(key)") }
    // The same words come again in later prompts: who remembers needs fewer cycles.
    for decoder in [1, 2, 3] {
      let cycles = [kept, forgotten].map { $0.filter { $0.key[0] == decoder }.values.reduce(0) { $0 + $1.count } }
      #expect(cycles[0] < cycles[1], "\(decoder): \(cycles)")
    }
    for key in kept.keys where ![1, 2, 3].contains(key[0]) { #expect(kept[key] == forgotten[key]) }
  }

  @Test(arguments: [2, 6, 11, 21, 30])
  func aStoppedRunMeasuresWhatAWholeOneDoes(_ generations: Int) throws {
    let whole = try acceptLengths("whole.sqlite", memory: "run")
    let stopped = try acceptLengths("stopped.sqlite", memory: "run", stoppedAfter: generations)
    #expect(stopped == whole)
  }
}
