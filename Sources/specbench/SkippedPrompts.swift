import SpecFiles

/// A suite none of whose prompts fits into the model's context.
struct SkippedPrompts: Error, CustomStringConvertible {
  let suite: String

  var description: String {
    "no prompt of the suite \(suite) leaves room in the model's context: take a model with a longer one, or other "
      + "categories with --categories"
  }

  /// What is said of prompts that were passed over.
  static func sentence(_ count: Int, of total: Int, context: Int) -> String {
    "\(count) of \(quantity(total, "prompt")) \(count == 1 ? "was" : "were") skipped: longer than the context of \(context) "
      + "positions, or later turns of such a one."
  }
}
