import SpecFiles
import SpecModel

/// Documents to learn from, and others to evaluate on.
package struct TrainingData: Sendable {
  /// Documents to learn from.
  package var training: TokenizedDocuments
  /// Documents that are never learned from.
  package var heldOut: TokenizedDocuments

  /// - Parameters:
  ///   - training: documents to learn from.
  ///   - heldOut: documents that are never learned from.
  /// - Throws: ``TrainingError/tooFewDocuments(count:needed:)`` if either is empty.
  package init(training: TokenizedDocuments, heldOut: TokenizedDocuments) throws(TrainingError) {
    guard training.count > 0, heldOut.count > 0 else {
      throw .tooFewDocuments(count: training.count + heldOut.count, needed: 2)
    }
    self.training = training
    self.heldOut = heldOut
  }

  /// Holds out one document of twenty, of fewer documents one of two.
  ///
  /// - Parameter documents: all documents.
  /// - Throws: ``TrainingError/tooFewDocuments(count:needed:)`` for fewer than two.
  package init(_ documents: TokenizedDocuments) throws(TrainingError) {
    let parts = documents.split(heldOutEvery: documents.count < 40 ? 2 : 20)
    try self.init(training: parts.training, heldOut: parts.heldOut)
  }
}

/// One text to train on, which has nothing to do with the next.
package enum TrainingDocument: Equatable, Sendable {
  /// Running text.
  case text(String)
  /// A conversation, to be written with the model's chat template.
  case conversation([TrainingTurn])
}

/// What one side says in a conversation.
package typealias TrainingTurn = SpokenTurn

/// What is wrong with a file of training data.
package enum TrainingDataError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be read, or is not what its name says.
  case unusable(file: String, InputProblem)
  /// A record has none of the fields that hold text; its place is a line, or an entry in a list.
  case noText(file: String, place: String)
  /// There is nothing in the file.
  case empty(file: String)

  /// One sentence: where, what was found, what to do.
  package var description: String {
    switch self {
    case .unusable(let file, let problem): problem.fault.sentence(file: file)
    case .noText(let file, let place):
      "\(file), \(place): there is none of the fields \(TrainingDataReader.fields) with text in it; "
        + "correct this record or take it out"
    case .empty(let file): "\(file): it holds no text; name a file with text to train on"
    }
  }
}

extension TrainingDataError: InputFailure {
  /// Makes the error of a problem with a file.
  package init(_ problem: InputProblem, file: String) { self = .unusable(file: file, problem) }
}
