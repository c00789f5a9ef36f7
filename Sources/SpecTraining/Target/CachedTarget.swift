import SpecBuild
import SpecFiles
import SpecKernels
import SpecModel

/// How much of what a target says is kept for later epochs.
package struct TargetCacheSettings: Sendable, Equatable {
  /// The most bytes of the file; if it would be larger, nothing is kept. 0 keeps nothing.
  package var bytes: Int
  /// How many of the likeliest tokens are learned one by one; nil for the whole vocabulary.
  package var likeliest: Int?

  /// - Parameters:
  ///   - bytes: the most bytes of the file; 0 keeps nothing.
  ///   - likeliest: how many of the likeliest tokens are learned one by one; nil for the whole vocabulary.
  package init(bytes: Int, likeliest: Int?) { (self.bytes, self.likeliest) = (bytes, likeliest) }
}

/// What a target has said about the documents of a training, kept in a file with a record for each of them. A document whose
/// record is missing or damaged is computed by the target, to the same bits, and its record written.
///
/// A record has the states that the drafter wants to know, and for learning the likeliest tokens. From the final states the
/// head makes the whole distribution again, to the bit: they are kept of held-out documents, and of all where everything is
/// learned.
package final class CachedTarget: TargetKnowledge {
  private let live: LiveTarget
  private let likeliest: LikeliestLogits?
  private let likeliestTokens: TokenRows
  /// The number of the record of each document, for each use.
  private let places: [KnowledgeUse: [ArraySlice<Token>: Int]]
  /// Bytes of each record.
  private let sizes: [Int]
  /// A hash of all that the records depend on.
  private let identity: String
  private let buffer: RecordBuffer
  private var file: TargetCacheFile?
  private(set) var teacher: Teacher
  private(set) var choices: [Token] = []

  /// - Parameters:
  ///   - live: the target.
  ///   - data: the documents.
  ///   - count: how many of the likeliest tokens are learned one by one; nil for all.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ live: LiveTarget, of data: TrainingData, likeliest count: Int?) throws(KernelError) {
    self.live = live
    let rows = live.target.rows
    likeliest = if let count { try LikeliestLogits(rows: rows, count: count) } else { nil }
    likeliestTokens = TokenRows(rows: rows, columns: 1)
    teacher = live.teacher
    let planes = Self.planes(live, likeliest: likeliest, choices: likeliestTokens)
    var (places, sizes) = ([KnowledgeUse: [ArraySlice<Token>: Int]](), [Int]())
    for (use, documents) in [(KnowledgeUse.measuring, data.heldOut), (.learning, data.training)] {
      let bytesPerRow = planes(use).reduce(0) { $0 + $1.bytesPerRow }
      var ofUse: [ArraySlice<Token>: Int] = [:]
      for index in 0..<documents.count where ofUse[documents[index]] == nil {
        ofUse[documents[index]] = sizes.count
        sizes.append(bytesPerRow * documents[index].count)
      }
      places[use] = ofUse
    }
    (self.places, self.sizes) = (places, sizes)
    let widest = KnowledgeUse.allCases.map { planes($0).reduce(0) { $0 + $1.bytesPerRow } }.max() ?? 0
    buffer = RecordBuffer(bytes: widest * rows)
    identity = Self.identity(live, data, likeliest: count)
  }

  /// Bytes of the file.
  package var fileBytes: Int { TargetCacheFile.bytes(ofRecords: sizes) }
  /// Bytes of memory beside the target's own.
  package var memoryBytes: Int { buffer.bytes.count + (likeliest.map { $0.rows * (8 * $0.count + 8) } ?? 0) }

  /// Opens the file, or begins it.
  ///
  /// - Parameters:
  ///   - folder: where it lies; it holds no other training's.
  ///   - note: told, in a sentence, when the file is not what it was, or cannot be written any more.
  /// - Throws: ``TrainingError/noRoom(path:needed:free:)``, `UnwritableFile`.
  package func open(in folder: String, note: @escaping (String) -> Void) throws {
    file = try TargetCacheFile(in: folder, identity: identity, sizes: sizes, note: note)
  }

  /// How many records are there.
  package var recordCount: Int { sizes.count }

  var finalStates: FloatMatrix { live.finalStates }

  func states(after layer: Int) -> FloatMatrix { live.states(after: layer) }

  func read(_ batch: TrainingBatch, for use: KnowledgeUse) {
    let documents = batch.sequences.filter { $0.lowerBound < batch.used }
    let planes = planes(use)
    let bytesPerRow = planes.reduce(0) { $0 + $1.bytesPerRow }
    func record(_ rows: Range<Int>) -> UnsafeMutableRawBufferPointer {
      buffer[rows.lowerBound * bytesPerRow..<rows.upperBound * bytesPerRow]
    }
    let numbers = documents.map { places[use]?[batch.tokens[$0]] }
    let missing = documents.indices.filter { index in
      !(numbers[index].flatMap { file?.read($0, into: record(documents[index])) } ?? false)
    }
    if !missing.isEmpty { compute(missing.map { batch.tokens[documents[$0]] }, for: use) }
    var row = 0
    for index in missing {
      let rows = documents[index]
      RowPlane.copy(planes, rows: row..<row + rows.count, into: record(rows))
      if let number = numbers[index] { file?.write(number, record(rows)) }
      row += rows.count
    }
    for rows in documents { RowPlane.copy(record(rows), into: planes, rows: rows) }
    say(use)
  }

  /// Lets the target say about documents what their records hold, from the first row on.
  private func compute(_ documents: [ArraySlice<Token>], for use: KnowledgeUse) {
    let batch = TrainingBatch(documents, rows: live.target.rows)
    guard use == .learning, let likeliest else { return live.target.computeStates(batch, exits: live.exits) }
    live.read(batch, for: use)
    guard case .logits(let said) = live.teacher else { return }
    if live.wishes.tokens != nil { likeliestTokens.withMutableNumbers { _ = $0.update(fromContentsOf: live.choices) } }
    live.target.context.chooseLikeliest(said, into: likeliest)
  }

  /// Makes the teacher of what was read.
  private func say(_ use: KnowledgeUse) {
    if use == .learning, let likeliest {
      teacher = .likeliest(likeliest)
      choices = likeliestTokens.numbers
    } else if use == .measuring || live.wishes.distribution {
      live.computeTeacher(for: use)
      (teacher, choices) = (live.teacher, live.choices)
    }
  }

  private func planes(_ use: KnowledgeUse) -> [RowPlane] {
    Self.planes(live, likeliest: likeliest, choices: likeliestTokens)(use)
  }

  /// What a record holds of each row.
  private static func planes(
    _ live: LiveTarget,
    likeliest: LikeliestLogits?,
    choices: TokenRows
  ) -> (KnowledgeUse) -> [RowPlane] {
    let exits = live.exits.map { RowPlane.numbers($0.states) }
    let states = exits + [.numbers(live.finalStates)]
    return { use in
      guard use == .learning, let likeliest else { return states }
      let lists: [RowPlane] = [.tokens(likeliest.ids), .numbers(likeliest.logits), .numbers(likeliest.others)]
      return (live.wishes.finalStates ? states : exits) + lists + (live.wishes.tokens == nil ? [] : [.tokens(choices)])
    }
  }

  private static func identity(_ live: LiveTarget, _ data: TrainingData, likeliest: Int?) -> String {
    var hash = SHA256()
    let wishes = live.wishes
    let parts = [
      BuiltProgram.hash ?? "", live.target.identity, "\(wishes.layers) \(wishes.finalStates) \(wishes.distribution)",
      "\(likeliest ?? 0)", data.training.fingerprint, data.heldOut.fingerprint,
    ]
    hash.update(Array(parts.joined(separator: "\n").utf8))
    wishes.tokens?.tokens.withUnsafeBytes { hash.update($0) }
    return hash.hexDigest()
  }
}

/// Numbers or tokens that a record holds of each of its rows.
private enum RowPlane {
  case numbers(FloatMatrix)
  case tokens(TokenRows)

  var bytesPerRow: Int {
    switch self {
    case .numbers(let matrix): matrix.columns * MemoryLayout<Float>.stride
    case .tokens(let rows): rows.columns * MemoryLayout<Token>.stride
    }
  }

  /// Lends the bytes of some rows out.
  private func withBytes(_ rows: Range<Int>, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    let range = rows.lowerBound * bytesPerRow..<rows.upperBound * bytesPerRow
    switch self {
    case .numbers(let matrix):
      matrix.withMutableNumbers { body(.init(rebasing: UnsafeMutableRawBufferPointer($0)[range])) }
    case .tokens(let list):
      list.withMutableNumbers { body(.init(rebasing: UnsafeMutableRawBufferPointer($0)[range])) }
    }
  }

  /// Writes some rows of all planes, one plane after the other.
  static func copy(_ planes: [RowPlane], rows: Range<Int>, into record: UnsafeMutableRawBufferPointer) {
    var start = 0
    for plane in planes {
      plane.withBytes(rows) { bytes in
        UnsafeMutableRawBufferPointer(rebasing: record[start..<start + bytes.count]).copyMemory(from: .init(bytes))
        start += bytes.count
      }
    }
  }

  /// Takes some rows of all planes from a record.
  static func copy(_ record: UnsafeMutableRawBufferPointer, into planes: [RowPlane], rows: Range<Int>) {
    var start = 0
    for plane in planes {
      plane.withBytes(rows) { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: record[start..<start + bytes.count]))
        start += bytes.count
      }
    }
  }
}

/// Memory for the records of a batch.
private final class RecordBuffer {
  let bytes: UnsafeMutableRawBufferPointer

  init(bytes count: Int) { bytes = .allocate(byteCount: count, alignment: 16) }

  deinit { bytes.deallocate() }

  subscript(range: Range<Int>) -> UnsafeMutableRawBufferPointer { .init(rebasing: bytes[range]) }
}
