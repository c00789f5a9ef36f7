import SpecDocument
import SpecFiles
import SpecStore

// What was measured, with which settings and where.
extension RunSections {
  private typealias Entry = (name: String, text: RichText, items: [RichText])

  private var run: RunRecord { summary.run.record }
  private var environment: EnvironmentRecord { summary.environment }

  /// All that has to be known to measure the same again, and what makes the measurement doubtful.
  var details: [Block] {
    let entries = run.origin == .measured ? measuredEntries : importedEntries
    return [.list(entries.map(Self.item))] + warnings
  }

  private static func item(_ entry: Entry) -> ListItem {
    let label: RichText = "\(strong: "\(entry.name)"):"
    return ListItem(entry.items.isEmpty ? "\(label) \(entry.text)" : label, items: entry.items)
  }

  private var measuredEntries: [Entry] {
    [("Model", model, []), ("Suite", suite, []), ("Prompts", prompts, [])] + skipped + [decoders]
      + [("Settings", settings, []), ("Sampling", sampling, [])] + options
      + [("Date", date, []), ("SpecBench", program, []), ("Command", RichText(code: run.commandLine), [])] + machine
  }

  /// What is known of imported answers.
  private var importedEntries: [Entry] {
    [
      ("Model", "\(run.modelName)", []), ("Prompts", prompts, []), decoders,
      ("Imported", "\(DateText.readable(run.startedAt)) (UTC), by \(code: run.commandLine)", []),
      (
        "Not known",
        """
        token ids, drafted tokens, the environment, and times other than whole turns: decode times hold the prefill, and \
        outputs are compared as texts, positions counting characters
        """, []
      ),
    ]
  }

  /// What one run of a sweep was measured with.
  var provenance: [RichText] {
    let entries: [Entry] =
      [("Model", model, []), ("Suite", suite, []), ("Questions", questions, []), ("Prompts", prompts, [])] + skipped
      + [("Settings", settings, []), ("Date", date, []), ("SpecBench", program, [])]
      + [("Command", RichText(code: run.commandLine), [])]
    return entries.map { "\($0.name): \($0.text)" }
  }

  /// What makes the measurement doubtful.
  var warnings: [Block] {
    let doubtful = summary.conditions.filter { !$0.warnings.isEmpty }
    let repeats = doubtful.map { "Repeat \($0.repeatText): \($0.warnings.joined(separator: " "))" }
    // A reader wants to know that repeats have warnings; the table of conditions has all of them.
    let shown =
      repeats.count > 3
      ? repeats.prefix(3) + ["\(quantity(repeats.count - 3, "more repeat has", plural: "more repeats have")) warnings."]
      : repeats[...]
    let warnings = summary.environmentWarnings + shown
    guard !warnings.isEmpty else { return [] }
    let title: RichText = run.origin == .measured ? "these times are doubtful" : "the files leave doubts"
    return [
      .note([.paragraph("\(strong: "WARNING: \(title).")"), .list(warnings.map { ListItem(RichText(raw: $0)) })])
    ]
  }

  private var model: RichText {
    if summary.served != nil {
      let facts = [run.weightType, run.modelPath].filter { !$0.isEmpty }.joined(separator: ", ")
      return facts.isEmpty ? "\(run.modelName)" : "\(run.modelName) (\(facts))"
    }
    let parameters = NumberFormat.count(run.parameters)
    return "\(run.modelName) (\(parameters) parameters, \(run.architecture), \(weights), hash \(hash(run.modelHash)))"
  }

  /// The type of the weights, and what was lost on the way to it: float32 holds every stored number.
  private var weights: String {
    guard let stored = run.storedWeightType, stored != run.weightType, run.weightType != "f32" else {
      return run.weightType
    }
    return "\(run.weightType) rounded from the checkpoint's \(stored)"
  }

  private var suite: RichText { "\(run.suiteName), version \(run.suiteVersion), hash \(hash(run.suiteHash))" }

  /// The database does not tell whether the number was limited; the command does.
  private var questions: RichText {
    "\(summary.outline.questionCount) measured; a limit takes questions in turn from the categories"
  }

  private var prompts: RichText {
    let counts = summary.tasks.compactMap { category -> RichText? in
      summary.outline.measuredPrompts[category.rawValue].map { "\(category.rawValue) \($0)" }
    }
    let list: RichText = counts.isEmpty ? "" : " (\(counts.joined(separator: ", ")))"
    return "\(summary.outline.promptCount) measured\(list)"
  }

  private var skipped: [Entry] {
    guard !summary.skips.isEmpty else { return [] }
    let reasons = summary.skips.map { skip -> RichText in "\(skip.prompts) of \(skip.category) (\(skip.reason))" }
    return [("Skipped", reasons.joined(separator: ", "), [])]
  }

  private var decoders: Entry {
    ("Decoders", "none", summary.decoders.map { "\($0.name): \(code: $0.spec)" })
  }

  private var settings: RichText {
    if summary.served != nil {
      let context: RichText =
        run.contextLength > 0 ? ", context of \(quantity(run.contextLength, "position"))" : ", context unknown"
      return """
        \(quantity(run.repeats, "measured repeat", plural: "measured repeats")), at most \
        \(quantity(run.maxNewTokens, "new token"))\(context), seed \(run.seed)
        """
    }
    return """
      \(quantity(run.threads, "thread")), \(quantity(run.repeats, "measured repeat", plural: "measured repeats")), at most \
      \(quantity(run.maxNewTokens, "new token")), context of \(quantity(run.contextLength, "position")), seed \(run.seed)
      """
  }

  private var sampling: RichText {
    guard run.temperature > 0 else { return "temperature 0: the likeliest token, always" }
    let judged: RichText =
      run.verification == "coupled"
      ? "drafts coupled with the target's draws, so that outputs must be vanilla's"
      : """
      drafts judged by \(run.verification): outputs have vanilla's distribution, not its tokens, and are not compared
      """
    let limits: [RichText?] = [
      "temperature \(String(run.temperature))", run.topK > 0 ? "top-k \(run.topK)" : nil,
      run.topP < 1 ? "top-p \(String(run.topP))" : nil, "seed \(run.seed)", judged,
    ]
    return limits.compactMap(\.self).joined(separator: ", ")
  }

  private var options: [Entry] {
    run.options == "{}" ? [] : [("Other options", RichText(code: run.options), [])]
  }

  private var date: RichText {
    let end =
      run.finishedAt.map { finish in
        let isEarly = finish < run.startedAt
        return "finished \(DateText.readable(finish))"
          + (isEarly ? ", before its start: the system's clock was set back" : "")
      } ?? summary.outline.unfinishedText ?? ""
    return "started \(DateText.readable(run.startedAt)), \(end) (UTC)"
  }

  private var program: RichText {
    let commit: RichText = environment.sourceCommit.map { "commit \($0)" } ?? "commit unknown"
    return "\(environment.packageVersion), \(commit), \(environment.buildConfiguration.rawValue) build"
  }

  private var machine: [Entry] {
    guard let joined = summary.joined, joined.areOnSeveralHosts else { return machine(environment) }
    return joined.hosts.map { host in
      ("Host \(host.text)", "", machine(host.environment).map { "\($0.name): \($0.text)" })
    }
  }

  private func machine(_ environment: EnvironmentRecord) -> [Entry] {
    let frequency = environment.frequencyMegahertz.map { "\(NumberFormat.fixed($0 / 1000, decimals: 2)) GHz" }
    let load = environment.loadAverage.map { NumberFormat.fixed($0, decimals: 2) }
    let total = NumberFormat.memory(environment.memoryTotalBytes)
    let available = NumberFormat.memory(environment.memoryAvailableBytes)
    return [
      (
        "Processor",
        """
        \(environment.cpuModel), \(environment.physicalCores) physical and \(environment.logicalCores) logical cores
        """, []
      ),
      ("Affinity", "cores \(environment.affinity)", []),
      ("Clock", "governor \(environment.governor ?? "unknown"), frequency \(frequency ?? "unknown")", []),
      ("Load at the start", RichText(raw: load ?? "unknown"), []),
      ("Memory", "\(total), \(available) available at the start", []),
      ("System", "\(environment.operatingSystem), kernel \(environment.kernel)", []),
      (
        "Compiler",
        environment.kernelSet.isEmpty
          ? "\(environment.compiler)" : "\(environment.compiler), kernel set \(environment.kernelSet)", []
      ),
    ]
  }

  private func hash(_ hash: String) -> RichText { RichText(code: String(hash.prefix(12))) }
}

/// What tells specs of one method apart.
enum SettingDifferences {
  /// The settings of each spec that not all of them have.
  ///
  /// - Parameter specs: specs like `kangaroo:steps=6,threshold=0.6`, all of one method.
  /// - Returns: for each spec its own settings, `threshold=0.6`; empty where nothing differs. A file is named by its last
  ///   part where that is enough.
  static func texts(_ specs: [String]) -> [String] {
    let settings = specs.map(settings)
    let common = settings.map { Set($0) }.reduce(nil as Set<String>?) { $0?.intersection($1) ?? $1 } ?? []
    let own = settings.map { $0.filter { !common.contains($0) } }
    let (long, short) = (own.map { $0.joined(separator: ",") }, own.map { $0.map(shortened).joined(separator: ",") })
    return Set(short).count == Set(long).count ? short : long
  }

  /// The parts of a spec after the method.
  private static func settings(_ spec: String) -> [String] {
    spec.drop { $0 != ":" }.dropFirst().split(separator: ",").map(String.init)
  }

  /// `adapter=…/second` for `adapter=/models/demo/second`.
  private static func shortened(_ setting: String) -> String {
    guard let equals = setting.firstIndex(of: "="), let slash = setting.lastIndex(of: "/"), equals < slash else {
      return setting
    }
    return setting[...equals] + "…" + setting[slash...]
  }
}
