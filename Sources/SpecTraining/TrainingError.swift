import SpecDecoding
import SpecFiles

/// What can go wrong in training.
package enum TrainingError: Error, CustomStringConvertible, Equatable {
  /// The folder holds a checkpoint of another training; `difference` says what differs.
  case otherTraining(path: String, difference: String)
  /// A checkpoint is not what this program writes.
  case malformedCheckpoint(path: String, problem: String)
  /// A loss, a gradient or a weight is infinite or no number.
  case diverged(step: Int, what: String)
  /// There are too few documents.
  case tooFewDocuments(count: Int, needed: Int)
  /// The disk has no room for what the target says about the data; bytes.
  case noRoom(path: String, needed: Int, free: Int)
  /// The target repeats itself where it should write questions, or does not end them.
  case tooFewQuestions(found: Int, wanted: Int, candidates: Int)

  /// One sentence.
  package var description: String {
    switch self {
    case .otherTraining(let path, let difference):
      "\(path): it holds a training that is not the same: \(difference); go on with the same options, data and program, "
        + "or name another folder"
    case .malformedCheckpoint(let path, let problem):
      "\(path): it is not a training checkpoint (\(problem)); delete it to begin again"
    case .diverged(let step, let what):
      "\(what) is not finite at step \(step); train with a lower --learning-rate, into another folder; the last checkpoint "
        + "is as it was"
    case .tooFewDocuments(let count, let needed):
      "the data holds \(quantity(count, "document")) where at least \(needed) are needed; give more with --data"
    case .noRoom(let path, let needed, let free):
      "\(path): it takes \(MemoryNeed.text(needed)), and the disk has \(MemoryNeed.text(free)) left; free some space, name "
        + "a folder on another disk, or give a lower --cache, with which all is computed for every step"
    case .tooFewQuestions(let found, let wanted, let candidates):
      "in \(quantity(candidates, "try", plural: "tries")) the target has written \(quantity(found, "question")) where "
        + "\(wanted) different ones are wanted; ask for fewer with --self-prompt, or raise --question-temperature; a base model, "
        + "which knows no conversations, writes none"
    }
  }
}
