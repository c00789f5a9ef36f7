import SpecCore
import SpecDecoding
import SpecFiles
import SpecModel
import SpecRunner
import SpecStore
import SpecSuite

/// Decodes some of a bundle's prompts again, and compares what comes with what was recorded.
package struct DecodedSample {
  /// How many prompts are decoded unless a user says otherwise.
  package static let defaultCount = 4

  private let check: BundleCheck
  private let plan: StoredPlan
  private let record: RunRecord

  /// - Parameter check: the bundle, opened.
  /// - Throws: ``BundleError`` if its run was not decoded by this program; `StoreError`.
  package init(_ check: BundleCheck) throws {
    self.check = check
    record = try check.store.run(check.run).record
    guard record.origin == .measured, try check.store.servers(of: check.run).isEmpty, let plan = StoredPlan(of: record)
    else { throw BundleError.notDecodedHere(path: check.path) }
    self.plan = plan
  }

  /// How the weights were held.
  package var weightType: String { record.weightType }

  /// Compares the files of a model with those that were measured.
  ///
  /// - Parameters:
  ///   - folder: the model's folder.
  ///   - findings: takes what was found.
  /// - Returns: whether the model is the one that was measured.
  /// - Throws: `StoreError`, `ChangedFile`.
  package func checkFiles(in folder: String, _ findings: inout BundleFindings) throws -> Bool {
    var problems: [String] = []
    var checked = 0
    for input in try check.store.inputs(of: check.run) {
      let path = input.role.hasPrefix("/") ? input.role : folder + "/" + input.role
      guard FilePlace.kind(at: path) == .file else {
        if input.role.hasPrefix("/") {
          findings.notes.append("\(printablePath(input.role)) is not here, so that its hash was not checked")
        } else {
          problems.append("\(printablePath(path)): the run was measured with such a file, and here is none")
        }
        continue
      }
      checked += 1
      if try FileHash.sha256(of: path) != input.sha256 {
        problems.append("\(printablePath(path)) has another content than the file that was measured")
      }
    }
    findings.add(problems, orElse: "\(quantity(checked, "file")) of the model: as their hashes say")
    return problems.isEmpty
  }

  /// Decodes a sample.
  ///
  /// - Parameters:
  ///   - model: the model that was measured, its weights held as they were.
  ///   - count: how many prompts.
  ///   - seed: chooses them.
  ///   - findings: takes what was found.
  ///   - progress: called after each prompt with how many are done, and how many there are.
  ///   - shouldStop: asked before each cycle.
  /// - Throws: `StoreError`, `WorkInterrupted`, what decoding throws.
  package func decode(
    with model: LoadedModel,
    prompts count: Int,
    seed: Int,
    _ findings: inout BundleFindings,
    progress: (Int, Int) -> Void,
    shouldStop: () -> Bool
  ) throws {
    let decoders = try prepared(model, &findings)
    let prompts = try sample(count, seed: seed)
    let recorded = try check.store.generations(of: check.run, prompts: prompts.map(\.id))
    let rules = model.stopRules(maximumNewTokens: max(record.maxNewTokens, 1))
    var (problems, outputs) = ([String](), 0)
    for (index, prompt) in prompts.enumerated() {
      let ids = (prompt.tokenIDs ?? []).map { Token(truncatingIfNeeded: $0) }
      do {
        try rules.check(ids, vocabularySize: model.target.configuration.vocabularySize)
      } catch {
        problems.append("\(check.places.prompt(prompt.id)): \(error)")
        continue
      }
      for (id, decoder) in decoders {
        let generation = try decoder.measure(
          RunPrompt(ids),
          rules: rules,
          place: check.places.prompt(prompt.id),
          shouldStop: shouldStop
        )
        if generation.isAbandoned { throw WorkInterrupted() }
        for earlier in recorded where earlier.promptID == prompt.id && earlier.decoderID == id {
          outputs += 1
          let cycles = decoder.decoder.memory == .prompt ? try check.store.cycles(of: earlier.id) : nil
          if let problem = difference(earlier.record, cycles, generation) {
            problems.append("\(check.places.generation(earlier.id)): \(problem)")
          }
        }
      }
      progress(index + 1, prompts.count)
    }
    findings.add(
      problems,
      orElse:
        "\(quantity(prompts.count, "prompt")) decoded again, \(quantity(outputs, "output")) compared: the same tokens, "
        + "cycles and accept lengths"
    )
  }

  /// The run's decoders by their ids, without those whose files are not here.
  private func prepared(_ model: LoadedModel, _ findings: inout BundleFindings) throws -> [(id: Int64, RunDecoder)] {
    let sampling = Sampling(
      temperature: plan.temperature,
      topK: plan.topK,
      topP: plan.topP,
      seed: UInt64(bitPattern: Int64(plan.seed)),
      verification: Sampling.Verification(rawValue: plan.verification) ?? .coupled
    )
    // The suite's trained parts are no part of a bundle: they are where the suite was measured, or nowhere.
    let suiteDirectory = (try? Suite(path: plan.suite))?.directory
    return try check.store.decoders(of: check.run).filter { !$0.isNoiseFloor }.compactMap { decoder in
      do {
        let specs = try DecoderSpec.list(decoder.spec)
        let made = try RunDecoder.prepare(
          specs,
          model: model,
          sampling: sampling,
          workingDirectory: plan.workingDirectory,
          suiteDirectory: suiteDirectory
        )
        return made.first { $0.specText == decoder.spec }.map { (decoder.id, $0) }
      } catch let error where error is ModelError || error is MissingCompanion {
        findings.notes.append("\(printablePath(decoder.name)) was not decoded again: \(error)")
        return nil
      }
    }
  }

  /// Some prompts that were measured, chosen by the seed, in their order.
  private func sample(_ count: Int, seed: Int) throws -> [Stored<PromptRecord>] {
    let measured = try check.store.prompts(of: check.run).filter { $0.skipReason == nil && $0.tokenIDs != nil }
    var generator = SplitMix64(keys: [seed])
    return measured.shuffled(using: &generator).prefix(count).sorted { ($0.ordinal, $0.turn) < ($1.ordinal, $1.turn) }
  }

  private func difference(_ earlier: GenerationRecord, _ cycles: [CycleRecord]?, _ now: RunGeneration) -> String? {
    let tokens = now.tokens.map(Int.init)
    if tokens != earlier.outputIDs {
      let place = zip(tokens, earlier.outputIDs).prefix { $0 == $1 }.count
      func name(_ ids: [Int]) -> String { place < ids.count ? "\(ids[place])" : "the end" }
      return "decoded again, token \(place + 1) is \(name(tokens)), and the bundle has \(name(earlier.outputIDs))"
    }
    guard let cycles else { return nil }
    func counts(_ cycle: CycleRecord) -> [Int] {
      [cycle.drafted, cycle.nodes, cycle.accepted, cycle.acceptLength, cycle.emitted]
    }
    let (one, other) = (now.cycles.map(counts), cycles.map(counts))
    guard one != other else { return nil }
    let place = zip(one, other).prefix { $0 == $1 }.count
    return "decoded again, cycle \(place + 1) drafts or accepts otherwise than the bundle has it"
  }
}
