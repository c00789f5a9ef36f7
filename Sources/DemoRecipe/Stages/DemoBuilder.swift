import Foundation
import SpecFiles
import SpecKernels
import SpecTraining

/// Makes the demo suite with its model, stage by stage. A stage whose result is there is passed over, so that the work
/// goes on where it was stopped, and from what is shipped.
package struct DemoBuilder {
  private let workshop: Workshop
  private var folder: DemoFolder { workshop.folder }
  private let stages: [Stage]

  /// - Parameters:
  ///   - recipe: what to make.
  ///   - texts: what the corpus says.
  ///   - manifest: the manifest that a folder without one gets.
  ///   - folder: where to.
  ///   - context: the kernels and threads to compute on.
  ///   - observer: told how it goes.
  package init(
    _ recipe: Recipe,
    texts: CorpusTexts,
    manifest: String,
    folder: DemoFolder,
    context: ComputeContext,
    observer: any TrainingObserver
  ) {
    workshop = Workshop(
      recipe: recipe,
      texts: texts,
      manifest: manifest,
      folder: folder,
      context: context,
      observer: observer
    )
    stages = Stage.all(recipe)
  }

  /// Makes what is not there yet.
  ///
  /// - Parameter last: the stage to end with.
  /// - Throws: if a file cannot be read or written, or is of another recipe; `FolderInUse` where another process makes
  ///   it; ``RecipeStopped`` if the observer stopped it.
  package func build(through last: Stage.Name = .last) throws {
    try FolderClaim.during(folder.path) {
      for stage in try missing(through: last) { try make(stage) }
      if last == .last, FileManager.default.fileExists(atPath: folder.work) {
        try FileManager.default.removeItem(atPath: folder.work)
      }
    }
  }

  /// The stages to make, in order: those without a result that the suite, the last stage or a later one of them needs.
  private func missing(through last: Stage.Name) throws -> [Stage] {
    var needed: Set<Stage.Name> = [.suite, .tokenizer, .target, .kangaroo, .medusa, .draft, .eagle3, last]
    let end = stages.firstIndex { $0.name == last } ?? stages.endIndex - 1
    var missing: [Stage] = []
    for stage in stages[...end].reversed() where needed.contains(stage.name) {
      guard try isMissing(stage) else { continue }
      missing.insert(stage, at: 0)
      needed.formUnion(stage.needs)
    }
    return missing
  }

  /// Whether a stage has no result yet; a result of other settings is an error.
  private func isMissing(_ stage: Stage) throws(TrainingError) -> Bool {
    switch stage.work {
    case .files(let paths, _): return !paths(folder).allSatisfy { FileManager.default.fileExists(atPath: $0) }
    case .training(_, let settings, _):
      let output = folder.result(of: stage.name)
      guard let record = try TrainingRecord.finished(in: output) else { return true }
      guard record.settings == settings else {
        throw .otherTraining(path: output, difference: "other settings than the recipe's")
      }
      return false
    }
  }

  private func make(_ stage: Stage) throws {
    switch stage.work {
    case .files(_, let write): try write(workshop)
    case .training(let title, let settings, let lesson):
      let lesson = try lesson(workshop)
      let (output, observer, training) = (folder.result(of: stage.name), workshop.observer, lesson.data.training)
      observer.note(
        "\(title): \(settings.steps) steps of \(settings.batchTokens) tokens, from \(training.count) documents of "
          + "\(training.tokenCount)."
      )
      let run = TrainingRun(
        output: output,
        title: title,
        settings: settings,
        data: lesson.data,
        context: workshop.context
      )
      let outcome = try FolderClaim.during(output) {
        try run(lesson.objective, observer: observer, write: lesson.write)
      }
      if outcome == .interrupted { throw RecipeStopped() }
    }
  }
}

/// The observer stopped the work; the same work goes on from what was saved.
package struct RecipeStopped: Error {}
