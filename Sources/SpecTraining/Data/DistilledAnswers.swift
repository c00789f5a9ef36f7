import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// The answers that a target writes to prompts, kept in a file as they come: a process that is ended at any moment loses at
/// most those in flight.
///
/// The file is named after all that the answers depend on, by content, so that those of another target or of other prompts
/// are never taken for these.
package struct DistilledAnswers {
  private let writer: WritingModel
  private let prompts: [[Token]]
  private let limit: Int
  private let sampling: Sampling
  private let folder: String

  /// - Parameters:
  ///   - writer: the model that writes.
  ///   - documents: what is answered; the target writes in the place of what is behind each prompt.
  ///   - limit: most tokens of a prompt with its answer; a longer prompt is cut, for at least one token to be written.
  ///   - sampling: how tokens are chosen.
  ///   - folder: takes the file; it is made if it is not there.
  package init(
    by writer: WritingModel,
    to documents: [EncodedDocument],
    limit: Int,
    sampling: Sampling = .greedy,
    folder: String
  ) {
    self.writer = writer
    prompts = documents.map { Array($0.tokens.prefix(min($0.promptCount, limit - 1))) }
    (self.limit, self.sampling, self.folder) = (limit, sampling, folder)
  }

  /// The same for a model that writes nothing else.
  package init(of checkpoint: Checkpoint, to documents: [EncodedDocument], limit: Int, folder: String) {
    self.init(by: WritingModel(checkpoint), to: documents, limit: limit, folder: folder)
  }

  /// Writes the answers that are not there yet.
  ///
  /// - Parameters:
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called with how many are there and how many there will be: at the start and after each.
  ///   - check: called before each pass; what it throws ends the writing.
  /// - Returns: each prompt with its answer.
  /// - Throws: ``TrainingError`` if the file is something else, `UnwritableFile`, what loading the model throws and what
  ///   `check` throws.
  package func write(
    context: ComputeContext,
    progress: (Int, Int) -> Void,
    check: () throws -> Void
  ) throws -> TokenizedDocuments {
    var documents = TokenizedDocuments()
    for text in try texts(context: context, progress: progress, check: check) { documents.append(text, limit: limit) }
    return documents
  }

  /// The same, as a list of each prompt's tokens with those of its answer.
  package func texts(
    context: ComputeContext,
    progress: (Int, Int) -> Void,
    check: () throws -> Void
  ) throws -> [[Token]] {
    try OutputFile.withFolder(folder) {
      var file = try TokenListFile("answers", folder: folder, identity: identity(check))
      progress(min(file.lists.count, prompts.count), prompts.count)
      var next = file.lists.count
      if next < prompts.count {
        try writer.batch(limits: sampling.limits, positions: limit, context: context, check: check).write {
          guard next < prompts.count else { return nil }
          next += 1
          return BatchedGeneration.Request(
            prompt: prompts[next - 1],
            seed: sampling.seed,
            rules: writer.rules(positions: limit)
          )
        } check: {
          try check()
        } finished: { request, output in
          try file.append(request.prompt + output.tokens)
          progress(file.lists.count, prompts.count)
          return true
        }
      }
      return Array(file.lists.prefix(prompts.count))
    }
  }

  /// A hash of all that the answers depend on. Arithmetic is canonical: neither the machine nor the threads count.
  private func identity(_ check: () throws -> Void) throws -> String {
    var hash = SHA256()
    for file in try writer.fileHashes(check) { hash.update(Array(file.utf8)) }
    hash.update(Array("\(writer.checkpoint.configuration.endTokens) \(limit)".utf8))
    if !sampling.isGreedy { hash.update(Array(" \(sampling.limits) \(sampling.seed)".utf8)) }
    for prompt in prompts {
      hash.update(Array("\(prompt.count) ".utf8))
      prompt.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }
}
