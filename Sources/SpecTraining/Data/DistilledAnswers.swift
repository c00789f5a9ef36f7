import Foundation
import SpecFiles
import SpecKernels
import SpecModel

/// The answers that a target writes to prompts, kept in a file as they come: a process that is ended at any moment loses at
/// most the one in flight.
///
/// The file is named after all that the answers depend on, by content, so that those of another target or of other prompts
/// are never taken for these.
package struct DistilledAnswers {
  private let checkpoint: Checkpoint
  private let prompts: [[Token]]
  private let limit: Int
  private let folder: String

  /// - Parameters:
  ///   - checkpoint: the model that writes.
  ///   - documents: what is answered; the target writes in the place of what is behind each prompt.
  ///   - limit: most tokens of a prompt with its answer; a longer prompt is cut, for at least one token to be written.
  ///   - folder: takes the file; it is made if it is not there.
  package init(of checkpoint: Checkpoint, to documents: [EncodedDocument], limit: Int, folder: String) {
    self.checkpoint = checkpoint
    prompts = documents.map { Array($0.tokens.prefix(min($0.promptCount, limit - 1))) }
    self.limit = limit
    self.folder = folder
  }

  /// Writes the answers that are not there yet.
  ///
  /// - Parameters:
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called with how many are there and how many there will be: at the start and after each.
  ///   - check: called before each token; what it throws ends the writing.
  /// - Returns: each prompt with its answer.
  /// - Throws: ``TrainingError`` if the file is something else, `UnwritableFile`, what loading the model throws and what
  ///   `check` throws.
  package func write(
    context: ComputeContext,
    progress: (Int, Int) -> Void,
    check: () throws -> Void
  ) throws -> TokenizedDocuments {
    try OutputFile.withFolder(folder) {
      var file = try AnswerFile(folder: folder, identity: try identity(check))
      progress(min(file.answers.count, prompts.count), prompts.count)
      if file.answers.count < prompts.count {
        let target = try Transformer(checkpoint: checkpoint, context: context) { _, _ in try check() }
        let writer = try SelfDistillation(target, capacity: limit)
        while file.answers.count < prompts.count {
          try file.append(try writer.continued(prompts[file.answers.count], check: check))
          progress(file.answers.count, prompts.count)
        }
      }
      var documents = TokenizedDocuments()
      for answer in file.answers.prefix(prompts.count) { documents.append(answer, limit: limit) }
      return documents
    }
  }

  /// A hash of all that the answers depend on. Arithmetic is canonical: neither the machine nor the threads count.
  private func identity(_ check: () throws -> Void) throws -> String {
    var hash = SHA256()
    for path in [checkpoint.directory + "/config.json"] + checkpoint.weightFiles {
      hash.update(Array(try FileHash.sha256(of: path) { _ in try check() }.utf8))
    }
    hash.update(Array("\(checkpoint.configuration.endTokens) \(limit)".utf8))
    for prompt in prompts {
      hash.update(Array("\(prompt.count) ".utf8))
      prompt.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }
}

/// Lists of token ids in a file, a line of JSON each, after a line that says whose they are.
private struct AnswerFile {
  private(set) var answers: [[Token]] = []
  private let descriptor: OwnedDescriptor
  private let path: String

  init(folder: String, identity: String) throws {
    path = "\(folder)/answers-\(identity.prefix(16)).jsonl"
    descriptor = OwnedDescriptor(open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666))
    guard descriptor.number >= 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
    let header = "{\"answers_of\":\"\(identity)\"}"
    let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    // What a process was writing when it was ended is no line yet.
    let whole = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    guard whole == bytes.count || ftruncate(descriptor.number, off_t(whole)) == 0 else {
      throw UnwritableFile(path: path, SystemProblem.last)
    }
    let lines = bytes.prefix(whole).split(separator: 0x0A)
    guard let first = lines.first else {
      try append(line: header)
      return
    }
    guard String(decoding: first, as: UTF8.self) == header else { throw malformed("it is of another target") }
    answers = try lines.dropFirst().map { line in
      do {
        return try JSONDecoder().decode([Token].self, from: Data(line))
      } catch {
        throw malformed("it does not hold lists of tokens")
      }
    }
  }

  mutating func append(_ answer: [Token]) throws {
    try append(line: "[" + answer.map(String.init).joined(separator: ",") + "]")
    answers.append(answer)
  }

  private func append(line: String) throws {
    if let problem = RawOutput.write(Array((line + "\n").utf8), to: descriptor.number) {
      throw UnwritableFile(path: path, problem)
    }
  }

  private func malformed(_ problem: String) -> TrainingError { .malformedCheckpoint(path: path, problem: problem) }
}

/// A descriptor that is closed with its owner.
private final class OwnedDescriptor {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { if number >= 0 { close(number) } }
}
