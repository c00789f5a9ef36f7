/// Where the parts of the demo suite and its model lie.
package struct DemoFolder: Sendable {
  /// The suite's folder.
  package let path: String

  /// - Parameter path: the suite's folder.
  package init(_ path: String) { self.path = path }

  var manifest: String { path + "/suite.json" }
  var questions: String { path + "/question.jsonl" }
  /// The target with its tokenizer, and the drafters in folders of their own.
  package var model: String { path + "/model" }
  var tokenizer: String { model + "/tokenizer.json" }
  /// What only later stages need.
  package var work: String { path + "/work" }
  /// The adapter that the target learned to be left early with; Kangaroo's goes on from it.
  var exitAdapter: String { work + "/exit-adapter" }
  /// The heads that the target learned to look ahead with; Medusa's go on from them.
  var jointHeads: String { work + "/joint-heads" }
  /// The record of how the draft model learned before it learned from the target.
  package var smallModelRecord: String { result(of: .draft) + "/next-token" }
  /// The record of how the EAGLE-3 head learned before it went on.
  package var eagleStartRecord: String { result(of: .eagle3) + "/start" }

  /// The folder of a stage's result: in the model what is run, elsewhere what is not.
  package func result(of stage: Stage.Name) -> String {
    switch stage {
    case .suite: path
    case .tokenizer, .target: model
    case .kangaroo, .medusa, .draft, .eagle3: model + "/" + stage.rawValue
    case .primer, .base, .chain, .registers, .joinedRegisters, .middle, .smallModel, .eagleStart:
      work + "/" + stage.rawValue
    }
  }
}
