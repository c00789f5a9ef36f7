import Foundation

/// Where the parts of the demo suite and its model lie.
package struct DemoFolder: Sendable {
  /// The suite's folder.
  package let path: String

  /// - Parameter path: the suite's folder.
  package init(_ path: String) { self.path = path }

  /// The target with its tokenizer.
  package var model: String { path + "/model" }
  /// Kangaroo's adapter.
  package var kangaroo: String { model + "/kangaroo" }
  /// The adapter that the target learned to be left early with; Kangaroo's goes on from it.
  var exitAdapter: String { model + "/exit-adapter" }
  /// The heads that the target learned to look ahead with; Medusa's go on from them.
  var jointHeads: String { model + "/joint-heads" }
  /// Medusa's heads.
  package var medusa: String { model + "/medusa" }
  /// The draft model.
  package var draft: String { model + "/draft" }
  /// The record of how the draft model learned before it learned from the target.
  package var smallModelRecord: String { draft + "/next-token" }
  /// What only later stages need.
  var work: String { path + "/work" }
  /// The target's first layers before they have seen the corpus.
  var primer: String { work + "/primer" }
  /// The same with the corpus learned, before there are layers on top.
  var base: String { work + "/base" }
  /// The base with more layers, which look up what was looked up.
  var chain: String { work + "/chain" }
  /// The same with registers learned.
  var registers: String { work + "/registers" }
  /// The same with registers of several lists learned.
  var joinedRegisters: String { work + "/joined-registers" }
  /// The same with the corpus learned.
  var middle: String { work + "/middle" }
  /// The base alone, which goes on learning as far as the target does.
  var smallModel: String { work + "/small-model" }
}
