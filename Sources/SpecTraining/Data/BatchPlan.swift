/// Which documents each batch holds: a pure function of the seed, so that training can go on from any step.
///
/// Every epoch shuffles the documents and packs them whole into batches: each batch takes the first documents that still
/// fit among the next few dozen, so that little is left to padding.
package struct BatchPlan: Sendable {
  private let documents: TokenizedDocuments
  private let rows: Int
  private let seed: UInt64
  private var epoch: [[Int]] = []
  private var epochNumber = -1
  private var firstStep = 0

  /// Among how many documents one that fits is looked for.
  private static let window = 64

  /// - Parameters:
  ///   - documents: at least one; none longer than `rows`.
  ///   - rows: tokens of a batch.
  ///   - seed: what the order follows from.
  package init(_ documents: TokenizedDocuments, rows: Int, seed: UInt64) {
    precondition(documents.count > 0, "no documents to train on")
    self.documents = documents
    self.rows = rows
    self.seed = seed
  }

  /// The batch of a step. Steps are asked for in rising order.
  ///
  /// - Parameter step: from 0.
  /// - Returns: the batch.
  package mutating func batch(at step: Int) -> TrainingBatch {
    while step >= firstStep + epoch.count {
      firstStep += epoch.count
      epochNumber += 1
      epoch = pack(shuffled: true)
    }
    return TrainingBatch(epoch[step - firstStep].map { documents[$0] }, rows: rows)
  }

  /// All documents once, in their own order.
  package var inOrder: [TrainingBatch] {
    pack(shuffled: false).map { TrainingBatch($0.map { documents[$0] }, rows: rows) }
  }

  private func pack(shuffled: Bool) -> [[Int]] {
    var order = Array(0..<documents.count)
    if shuffled {
      var random = RandomStream(seed: seed, name: "epoch \(epochNumber)")
      order = random.shuffled(order)
    }
    var (batches, batch, room) = ([[Int]](), [Int](), rows)
    var (waiting, rest) = ([Int](), order[...])
    while true {
      let wanted = Self.window - waiting.count
      waiting += rest.prefix(wanted)
      rest = rest.dropFirst(wanted)
      if let place = waiting.firstIndex(where: { documents[$0].count <= room }) {
        let document = waiting.remove(at: place)
        batch.append(document)
        room -= documents[document].count
      } else {
        if !batch.isEmpty { batches.append(batch) }
        if waiting.isEmpty { return batches }
        (batch, room) = ([], rows)
      }
    }
  }
}
