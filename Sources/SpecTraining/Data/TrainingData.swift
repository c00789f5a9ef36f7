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
