import SpecModel

/// EAGLE-3 (Li et al. 2025, arXiv 2503.01840): a head that reads the target's states after several layers, learned to go on
/// from its own outputs, and has an output layer of its own, often for the most frequent tokens only. Its tree grows as
/// EAGLE-2's; servers draft chains, which are trees of width 1.
enum Eagle3 {
  /// The registry's entry.
  static let method = Method(
    name: "eagle-3",
    summary: "A head reads the target's states after several layers; its candidates form a growing tree.",
    paper: "Li et al. 2025, EAGLE-3: Scaling up Inference Acceleration of Large Language Models via Training-Time "
      + "Test, arXiv 2503.01840",
    settings: [.eagleNodes(), .eagleDepth("7"), .eagleWidth, .eagleThreshold, Companion.eagle(.eagle3).setting],
    companion: .eagle(.eagle3),
    addedParameters: { EagleShape(published: .eagle3, for: $0).parameterCount },
    checkSettings: { settings, _ in _ = try settings.growth(threshold: settings.eagleThreshold()) },
    bytesPerPosition: EagleModel.bytesPerPosition(.eagle3),
    make: { settings, resources in
      let head = try PreparedEagle(
        settings.eagleHead(.eagle3, resources),
        .dynamic(settings.growth(threshold: settings.eagleThreshold())),
        target: resources.target
      )
      return try head.decoder(drafter: head.drafter, sampling: resources.sampling)
    }
  )
}
