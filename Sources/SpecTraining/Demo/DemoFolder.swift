import Foundation

/// Where the parts of the demo suite and its model lie.
public struct DemoFolder: Sendable {
  /// The suite's folder.
  public let path: String

  /// - Parameter path: the suite's folder.
  public init(_ path: String) { self.path = path }

  /// The target with its tokenizer.
  public var model: String { path + "/model" }
  /// Kangaroo's adapter.
  public var kangaroo: String { model + "/kangaroo" }
  /// The adapter that the target learned to be left early with; Kangaroo's goes on from it.
  var exitAdapter: String { model + "/exit-adapter" }
  /// Medusa's heads.
  public var medusa: String { model + "/medusa" }
  /// The draft model.
  public var draft: String { model + "/draft" }
  /// The record of how the draft model learned before it learned from the target.
  var smallModelRecord: String { draft + "/next-token" }
  /// What only later stages need.
  var work: String { path + "/work" }
  /// The target before it learns to be left early.
  var base: String { work + "/base" }
  /// The draft model before it learns from the target.
  var smallModel: String { work + "/small-model" }
  /// The answers that the target wrote for its drafters.
  var distilled: String { work + "/distilled.json" }
}
