import SpecFiles
import SpecStore

/// What was measured, with which settings and where.
struct MarkdownDetails {
  let summary: RunSummary

  private var run: RunRecord { summary.run.record }
  private var environment: EnvironmentRecord { summary.environment }

  /// One entry for each thing that has to be known to measure the same again.
  var list: String {
    guard run.origin == .measured else { return importedList }
    let entries: [(name: String, text: String)] =
      [("Model", model), ("Suite", suite), ("Prompts", prompts)] + skipped
      + [("Decoders", decoders), ("Settings", settings), ("Sampling", sampling)] + options
      + [("Date", date), ("SpecBench", program), ("Command", MarkdownText.code(run.commandLine))] + machine
    return entries.map { "- **\($0.name)**:\($0.text.hasPrefix("\n") ? "" : " ")\($0.text)" }.joined(separator: "\n")
  }

  /// What one run of a sweep was measured with, as the points of a nested list.
  var provenance: String {
    let entries: [(name: String, text: String)] =
      [("Model", model), ("Suite", suite), ("Questions", questions), ("Prompts", prompts)] + skipped
      + [("Settings", settings), ("Date", date), ("SpecBench", program)]
      + [("Command", MarkdownText.code(run.commandLine))]
    return entries.map { "  - \($0.name): \($0.text)" }.joined(separator: "\n")
  }

  /// What is known of imported answers.
  private var importedList: String {
    let entries: [(name: String, text: String)] = [
      ("Model", MarkdownText.plain(run.modelName)), ("Prompts", prompts), ("Decoders", decoders),
      ("Imported", "\(DateText.readable(run.startedAt)) (UTC), by \(MarkdownText.code(run.commandLine))"),
      (
        "Not known",
        "token ids, drafted tokens, the environment, and times other than whole turns: decode times hold the prefill, and "
          + "outputs are compared as texts, positions counting characters"
      ),
    ]
    return entries.map { "- **\($0.name)**:\($0.text.hasPrefix("\n") ? "" : " ")\($0.text)" }.joined(separator: "\n")
  }

  /// What makes the measurement doubtful.
  var taints: String? {
    let tainted = summary.conditions.filter { !$0.taints.isEmpty }
    let passes = tainted.map { "Pass \($0.passText): \($0.taints.joined(separator: " "))" }
    // A reader wants to know that passes are tainted; the table of conditions has all of them.
    let shown =
      passes.count > 3
      ? passes.prefix(3) + ["\(quantity(passes.count - 3, "more pass is", plural: "more passes are")) tainted."]
      : passes[...]
    let taints = environment.taints + shown
    guard !taints.isEmpty else { return nil }
    let lines = taints.map { "> - \(MarkdownText.plain($0))" }
    let title = run.origin == .measured ? "these times are tainted" : "the files leave doubts"
    return "> **WARNING: \(title).**\n>\n" + lines.joined(separator: "\n")
  }

  private var model: String {
    let parameters = NumberFormat.count(run.parameters)
    return "\(MarkdownText.plain(run.modelName)) (\(parameters) parameters, \(MarkdownText.plain(run.architecture)), "
      + "\(MarkdownText.plain(weights)), hash \(shortHash(run.modelHash)))"
  }

  /// The type of the weights, and what was lost on the way to it: float32 holds every stored number.
  private var weights: String {
    guard let stored = run.storedWeightType, stored != run.weightType, run.weightType != "f32" else {
      return run.weightType
    }
    return "\(run.weightType) rounded from the checkpoint's \(stored)"
  }

  private var suite: String {
    "\(MarkdownText.plain(run.suiteName)), version \(MarkdownText.plain(run.suiteVersion)), "
      + "hash \(shortHash(run.suiteHash))"
  }

  /// The database does not tell whether the number was limited; the command does.
  private var questions: String {
    "\(summary.outline.questionCount) measured; a limit takes questions in turn from the categories"
  }

  private var prompts: String {
    let counts = summary.tasks.compactMap { category in
      summary.outline.measuredPrompts[category.rawValue].map { "\(MarkdownText.plain(category.rawValue)) \($0)" }
    }
    let list = counts.isEmpty ? "" : " (\(counts.joined(separator: ", ")))"
    return "\(summary.outline.promptCount) measured\(list)"
  }

  private var skipped: [(name: String, text: String)] {
    guard !summary.skips.isEmpty else { return [] }
    let reasons = summary.skips.map {
      "\($0.prompts) of \(MarkdownText.plain($0.category)) (\(MarkdownText.plain($0.reason)))"
    }
    return [("Skipped", reasons.joined(separator: ", "))]
  }

  private var decoders: String {
    let lines = summary.decoders.map { "\n  - \(MarkdownText.plain($0.name)): \(MarkdownText.code($0.spec))" }
    return lines.isEmpty ? "none" : lines.joined()
  }

  private var settings: String {
    "\(quantity(run.threads, "thread")), \(quantity(run.passes, "measured pass", plural: "measured passes")), at most "
      + "\(quantity(run.maxNewTokens, "new token")), context of \(quantity(run.contextLength, "position")), "
      + "seed \(run.seed)"
  }

  private var sampling: String {
    guard run.temperature > 0 else { return "temperature 0: the likeliest token, always" }
    let limits =
      (run.topK > 0 ? ["top-k \(run.topK)"] : []) + (run.topP < 1 ? ["top-p \(run.topP)"] : [])
    let judged =
      run.verification == "coupled"
      ? "drafts coupled with the target's draws, so that outputs must be vanilla's"
      : "drafts judged by \(MarkdownText.plain(run.verification)): outputs have vanilla's distribution, not its tokens, "
        + "and are not compared"
    return (["temperature \(run.temperature)"] + limits + ["seed \(run.seed)", judged]).joined(separator: ", ")
  }

  private var options: [(name: String, text: String)] {
    run.options == "{}" ? [] : [("Other options", MarkdownText.code(run.options))]
  }

  private var date: String {
    let end =
      run.finishedAt.map { finish in
        let isEarly = finish < run.startedAt
        return "finished \(DateText.readable(finish))"
          + (isEarly ? ", before its start: the system's clock was set back" : "")
      } ?? summary.outline.unfinishedText ?? ""
    return "started \(DateText.readable(run.startedAt)), \(end) (UTC)"
  }

  private var program: String {
    let commit = environment.sourceCommit.map { "commit \(MarkdownText.plain($0))" } ?? "commit unknown"
    return "\(MarkdownText.plain(environment.packageVersion)), \(commit), "
      + "\(environment.buildConfiguration.rawValue) build"
  }

  private var machine: [(name: String, text: String)] {
    let cores = "\(environment.physicalCores) physical and \(environment.logicalCores) logical cores"
    let frequency = environment.frequencyMegahertz.map { "\(NumberFormat.fixed($0 / 1000, decimals: 2)) GHz" }
    let load = environment.loadAverage.map { NumberFormat.fixed($0, decimals: 2) }
    return [
      ("Processor", "\(MarkdownText.plain(environment.cpuModel)), \(cores)"),
      ("Affinity", "cores \(MarkdownText.plain(environment.affinity))"),
      (
        "Clock",
        "governor \(environment.governor.map(MarkdownText.plain) ?? "unknown"), frequency \(frequency ?? "unknown")"
      ),
      ("Load at the start", load ?? "unknown"),
      (
        "Memory",
        "\(NumberFormat.memory(environment.memoryTotalBytes)), "
          + "\(NumberFormat.memory(environment.memoryAvailableBytes)) available at the start"
      ),
      (
        "System", "\(MarkdownText.plain(environment.operatingSystem)), kernel \(MarkdownText.plain(environment.kernel))"
      ),
      (
        "Compiler",
        "\(MarkdownText.plain(environment.compiler)), kernel set \(MarkdownText.plain(environment.kernelSet))"
      ),
    ]
  }

  private func shortHash(_ hash: String) -> String {
    MarkdownText.code(String(hash.prefix(12)))
  }
}
