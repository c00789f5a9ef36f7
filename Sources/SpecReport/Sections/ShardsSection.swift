import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStore

// Runs whose questions were divided among several machines.
extension RunSections {
  /// Says that the run is one part of a plan, or that parts of it are missing.
  var shardNotice: [Block] {
    if let shard = summary.run.record.shard {
      let count = summary.outline.questionCount
      let sentence: RichText = """
        \(strong: "shard \(shard.rawValue)") The run measured \(quantity(count, "question")), which are one of \
        \(quantity(shard.count, "part")) of its plan: all numbers are those of this part alone. \
        \(code: "specbench merge") joins the parts.
        """
      return [.note([sentence, learners].compactMap(\.self).map(Block.paragraph))]
    }
    guard let joined = summary.joined, !joined.gaps.isEmpty else { return [] }
    let items = joined.gaps.map { ListItem(RichText(raw: $0)) }
    return [.note([.paragraph("\(strong: "The run is joined from shards, and not whole.")"), .list(items)])]
  }

  /// What a division of the questions changes in decoders that learn from one prompt to the next; nil without any.
  private var learners: RichText? {
    let names = summary.decoders.filter { $0.spec.contains("memory=run") }.map(name)
    guard !names.isEmpty else { return nil }
    return """
      \(names.joined(separator: ", ")): what is learned from earlier prompts (memory=run) comes from those of the same shard, so that \
      the acceptance is not that of a run without shards.
      """
  }

  /// The shards, each with its machine and how that measured.
  var shards: [Block] {
    guard let joined = summary.joined else { return [] }
    var table = Table(
      labels: ["Shard", "Host", "Processor"],
      numbers: ["Prompts", "Repeats", "Generations", "Vanilla", "Vanilla (again)"]
    )
    for shard in joined.shards {
      table.append([
        shard.shard.text + (shard.shard.finishedAt == nil ? ", unfinished" : ""), shard.environment.hostName,
        "\(shard.environment.cpuModel), \(quantity(shard.environment.physicalCores, "core"))", String(shard.prompts),
        String(shard.shard.repeats), String(shard.generations),
        NumberFormat.rate(speed(of: shard, baseline)?.tokensPerSecond),
        NumberFormat.ratio(speed(of: shard, summary.outline.noiseFloor)?.ratio),
      ])
    }
    return section("Shards", table, [shardNote(joined), learners].compactMap(\.self).joined(separator: " "))
  }

  private func shardNote(_ joined: JoinedShards) -> RichText {
    let note: RichText = """
      All decoders of a question, with all its turns, were measured on one host: no ratio is formed across hosts. Vanilla in
      tokens per second, and vanilla measured against itself, by shard.
      """
    guard joined.areOnSeveralHosts else { return note }
    return """
      \(note)
      A slow host has more weight in sums of times than a fast one. The interval over questions takes each question with the host
      that it was measured on. T(m) is the mean over the hosts, each with the weight of its measurements.
      """
  }

  private var baseline: Stored<DecoderRecord>? { summary.outline.baseline }

  /// The times of a decoder beside vanilla's in one shard; nil without any.
  private func speed(of shard: JoinedShard, _ decoder: Stored<DecoderRecord>?) -> SpeedMetrics? {
    guard let decoder else { return nil }
    let pairs = summary.metrics.times.pairs(of: decoder.id, in: .overall)
    return SpeedMetrics(pairs.filter { shard.questions.contains($0.questionID) })
  }
}

extension RunSummary {
  /// What speaks against the machines that measured, by host where there are several.
  var environmentWarnings: [String] {
    guard let joined else { return environment.warnings }
    guard joined.areOnSeveralHosts else { return joined.hosts.flatMap(\.warnings) }
    return joined.hosts.flatMap { host in host.warnings.map { "\(host.text): \($0)" } }
  }
}
