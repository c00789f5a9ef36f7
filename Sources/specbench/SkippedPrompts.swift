import SpecFiles
import SpecRunner

/// A suite none of whose prompts can be decoded.
struct SkippedPrompts: Error, CustomStringConvertible {
  let suite: String
  /// Why each prompt was passed over.
  let reasons: [String]

  var description: String {
    if let refusal = reasons.first(where: SkipReason.isRefusal) {
      return "no prompt of the suite \(suite) can be decoded, since \(refusal); name another with --chat-template"
    }
    return
      "no prompt of the suite \(suite) leaves room in the model's context: take a model with a longer one, or other "
      + "categories with --categories"
  }

  /// What is said of prompts that were passed over.
  static func sentence(_ reasons: [String], of total: Int) -> String {
    let different = reasons.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let more = different.count > 3 ? ", and others" : ""
    return "\(reasons.count) of \(quantity(total, "prompt")) \(reasons.count == 1 ? "was" : "were") skipped: "
      + different.prefix(3).joined(separator: "; ") + more + ", or later turns of such a one."
  }
}
