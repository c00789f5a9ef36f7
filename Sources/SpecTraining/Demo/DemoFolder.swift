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
  /// Medusa's heads.
  public var medusa: String { model + "/medusa" }
  /// The draft model.
  public var draft: String { model + "/draft" }
  /// The answers that the target wrote for its drafters; kept until they are trained.
  var distilled: String { model + "/distilled.json" }
}
