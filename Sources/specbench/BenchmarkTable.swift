import SpecDocument
import SpecFiles
import SpecKernels
import SpecRunner

/// The benchmark's numbers as a document.
enum BenchmarkTable {
  static func document(_ result: EngineBenchmark.Result) -> Document {
    var table = Table(
      labels: [],
      numbers: ["Positions", "Time", "T(m)/T(1)", "Reading", "of the limit", "Multiply-adds", "of the peak"]
    )
    for pass in result.passes + result.prefills { table.append(row(pass, weightBytes: result.weightBytes)) }
    let threads = quantity(result.threads, "thread")
    let note: RichText = """
      One pass over m positions with the logits of each; the rows of 128 and 512 are prefill. Reading: bytes of weights
      over time; its limit is the faster of the two above. Multiply-adds of the matrix products alone. T(m)/T(1), the
      share of reading of m positions and a prefill's share of the peak are medians of ratios whose two sides were measured one
      right after the other, so they need not be the quotients of the medians beside them.
      """
    return Document(
      [
        .heading(2, "\(result.model), \(result.weightType), \(threads), \(result.kernels) kernels"),
        .paragraph(limits(result)), .table(table), .paragraph(note),
      ] + profile(result)
    )
  }

  private static func limits(_ result: EngineBenchmark.Result) -> RichText {
    let limits = result.limits
    return """
      Limits of this machine in this run: reading \(giga(limits.readBytesPerSecond)) GB/s, a buffer of the weights'
      \(giga(Double(result.weightBytes))) GB again and again \(giga(limits.readSameSizeBytesPerSecond)) GB/s;
      \(giga(limits.multiplyAddsPerSecond)) G multiply-adds/s. Medians.
      """
  }

  /// Where the passes spend their time.
  private static func profile(_ result: EngineBenchmark.Result) -> [Block] {
    let columns: [(title: String, operation: SpecKernels.Operation)] = [
      ("Matmul", .matmul), ("Attention", .attention), ("Rotation", .rotation), ("Norms", .normalization),
      ("Elementwise", .elementwise), ("Choice", .choice),
    ]
    var table = Table(
      labels: [],
      numbers: ["Positions", "Time"] + columns.map(\.title) + ["Between", "Matmul at the limits"]
    )
    for profile in result.profiles {
      let times = columns.map { profile.operations[$0.operation] ?? 0 }
      let between = profile.seconds - times.reduce(0, +)
      let ideal = productsAtTheLimits(profile.positions, result)
      table.append(
        [String(profile.positions), "\(NumberFormat.fixed(profile.seconds * 1e3, decimals: 3)) ms"]
          + (times + [between]).map { NumberFormat.percent($0 / profile.seconds) }
          + [NumberFormat.percent(ideal / profile.seconds)]
      )
    }
    let note: RichText = """
      Where a pass spends its time, each operation timed by itself (the largest prefill last). Elementwise: activation functions
      too; between: the program between two operations. Matmul at the limits: what the products alone would take at the
      faster of the two reading rates or at the peak of multiply-adds, whichever takes longer.
      """
    return [.table(table), .paragraph(note)]
  }

  private static func productsAtTheLimits(_ positions: Int, _ result: EngineBenchmark.Result) -> Double {
    let limits = result.limits
    let reading = max(limits.readBytesPerSecond, limits.readSameSizeBytesPerSecond)
    let pass = (result.passes + result.prefills).last { $0.positions == positions }
    return max(
      Double(result.weightBytes) / reading,
      Double(pass?.multiplyAdds ?? 0) / limits.multiplyAddsPerSecond
    )
  }

  private static func row(_ pass: EngineBenchmark.Pass, weightBytes: Int) -> [String] {
    [
      String(pass.positions), "\(NumberFormat.fixed(pass.seconds * 1e3, decimals: 3)) ms",
      pass.ofOnePosition.map { NumberFormat.fixed($0, decimals: 2) } ?? NumberFormat.missing,
      "\(giga(Double(weightBytes) / pass.seconds)) GB/s", NumberFormat.percent(pass.ofReading),
      "\(giga(Double(pass.multiplyAdds) / pass.seconds)) G/s", NumberFormat.percent(pass.ofMultiplyAdds),
    ]
  }

  private static func giga(_ value: Double) -> String { NumberFormat.fixed(value / 1e9, decimals: 2) }
}

/// What recording costs beside the computing, as a document or as JSON.
struct RecordingTable: Encodable {
  /// The model whose pass it is compared with.
  let model: String
  /// What recording cost.
  let recording: RecordingBenchmark.Result
  /// T(1) in seconds.
  let passOverOnePosition: Double
  /// Seconds that reading the run and making its report and plots took.
  let report: Double

  var document: Document {
    var table = Table(labels: ["For each token"], numbers: ["Time", "Share of T(1)"])
    let rows = [
      ("noting it, inside the timed region", recording.noting),
      ("making and writing its rows, between the timed regions", recording.writing),
      ("one pass of \(model) over one position, T(1)", passOverOnePosition),
    ]
    for (name, seconds) in rows {
      let share = passOverOnePosition > 0 ? seconds / passOverOnePosition * 100 : nil
      table.append([
        name, "\(NumberFormat.fixed(seconds * 1e6, decimals: 2)) µs", "\(NumberFormat.fixed(share, decimals: 3)) %",
      ])
    }
    let title: RichText = """
      Recording \(quantity(recording.tokens, "token")) in \(quantity(recording.cycles, "cycle")) and \
      \(quantity(recording.generations, "generation"))
      """
    let note: RichText = """
      A decoder that is k times as fast as vanilla has k times the share. Text is not among it: tokenizing lies outside the
      timed region, too. Reading the run and making its report with plots took \(NumberFormat.fixed(report, decimals: 2)) s.
      """
    return Document([.heading(2, title), .table(table), .paragraph(note)])
  }
}
