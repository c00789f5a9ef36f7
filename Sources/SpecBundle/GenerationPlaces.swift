import SpecFiles
import SpecStore

/// What people call the rows of a run.
struct GenerationPlaces {
  private let decoders: [Int64: String]
  private let prompts: [Int64: String]
  private let generations: [Int64: String]

  init(_ store: BenchmarkStore, run: Int64) throws {
    let decoders = Dictionary(try store.decoders(of: run).map { ($0.id, $0.name) }) { first, _ in first }
    let prompts = Dictionary(
      try store.prompts(of: run).map { ($0.id, "question \($0.questionText), turn \($0.turn + 1)") }
    ) { first, _ in first }
    var generations: [Int64: String] = [:]
    for (id, key) in try store.generationKeys(of: run) {
      let (prompt, decoder) = (prompts[key.promptID] ?? "no question", decoders[key.decoderID] ?? "no decoder")
      generations[id] = "\(prompt), \(decoder), repeat \(key.repeatIndex + 1)"
    }
    (self.decoders, self.prompts, self.generations) = (decoders, prompts, generations)
  }

  /// A generation, as `generation 12 (question 5, turn 1, kangaroo, repeat 2)`.
  func generation(_ id: Int64) -> String {
    "generation \(id)" + (generations[id].map { " (\(printablePath($0)))" } ?? "")
  }

  /// A prompt, as `prompt 3 (question 5, turn 1)`.
  func prompt(_ id: Int64) -> String { "prompt \(id)" + (prompts[id].map { " (\(printablePath($0)))" } ?? "") }

  /// A piece of the rows by the name that its digest has.
  func piece(_ name: String) -> String {
    let parts = name.split(separator: " ")
    guard parts.count == 2, let id = Int64(parts[1]) else { return "the table '\(printablePath(name))'" }
    switch parts[0] {
    case "generation": return generation(id)
    case "prompt": return prompt(id)
    default: return printablePath(name)
    }
  }
}
