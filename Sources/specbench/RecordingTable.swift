import SpecDocument
import SpecFiles
import SpecRunner

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
