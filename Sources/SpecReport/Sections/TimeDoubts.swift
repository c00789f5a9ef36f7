import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStore

/// What speaks against a run's times: a reader must meet it before the first ratio.
struct TimeDoubts {
  /// Vanilla against itself may differ by so much, up or down, before its times are called doubtful.
  private static let tolerance = 0.05
  let summary: RunSummary

  /// One bold sentence for each doubt; nil without any.
  var text: RichText? {
    let warnings = (summary.environment.warnings + summary.conditions.flatMap(\.warnings)).map(Self.sentence)
    let more = warnings.count - 1
    let rest: RichText = "\(quantity(more, "more warning stands", plural: "more warnings stand")) below."
    let all = [noise].compactMap(\.self) + warnings.prefix(1) + (more > 0 ? [rest] : [])
    // What is known of imported answers speaks against the files, not against a machine.
    let subject = summary.run.origin == .measured ? "These times are doubtful." : "The files leave doubts."
    return all.isEmpty ? nil : "\(strong: "\(subject) \(all.joined(separator: " "))")"
  }

  private var noise: RichText? {
    guard let floor = summary.outline.noiseFloor, let ratio = summary.metrics[floor.id, .overall].estimate?.ratio,
      max(ratio, 1 / ratio) > 1 + Self.tolerance
    else { return nil }
    return "Vanilla measured against itself reads \(NumberFormat.ratio(ratio)) instead of 1.00x."
  }

  private static func sentence(_ warning: String) -> RichText {
    warning.hasSuffix(".") ? "\(warning)" : "\(warning)."
  }
}
