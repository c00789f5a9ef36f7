import SpecDecoding
import SpecModel
import SpecRunner
import SpecStore

/// Keeps what it hears.
final class Recorder: RunObserver {
  var notes: [String] = []
  var mismatches: [String] = []
  var progress: [(Int, Int)] = []
  /// Generations after which it wants to stop.
  var patience = Int.max

  func note(_ text: String) { notes.append(text) }
  func mismatch(_ difference: Difference, decoder: String, question: String, turn: Int) {
    mismatches.append("\(decoder) \(question) \(turn) \(difference.position)")
  }
  func advanced(to done: Int, of total: Int) { progress.append((done, total)) }
  func checked(_ done: Int, of total: Int) {}
  var wantsToStop: Bool { progress.count >= patience }
}

/// Gives vanilla's tokens but one.
final class Forgetful: Decoder {
  let honest: any Decoder
  var cycles = 0

  init(_ honest: any Decoder) { self.honest = honest }

  func setSampling(_ sampling: Sampling) { honest.setSampling(sampling) }

  func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    cycles = 0
    return try honest.begin(prompt)
  }

  func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var cycle = try honest.cycle(budget)
    cycles += 1
    if cycles == 3 { cycle.tokens = [cycle.tokens[0] == 5 ? 6 : 5] }
    return cycle
  }
}
