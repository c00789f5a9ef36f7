import ArgumentParser
import SpecDecoding
import SpecKernels
import SpecTraining

/// How a target writes texts to learn from.
struct SelfPromptOptions: ParsableArguments {
  @Option(
    name: .customLong("self-prompt"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "Learn from conversations that the target writes whole: so many questions, all different, and its answers.",
      valueName: "n"
    )
  )
  var count: Int?

  @Option(
    help: ArgumentHelp(
      """
      What --self-prompt's questions are about, in turn: JSON lines with category, system (said before the question alone) \
      and start (its first words).
      """,
      valueName: "file"
    )
  )
  var topics: String?

  @Option(
    name: .customLong("question-temperature"),
    parsing: .unconditional,
    help: ArgumentHelp("The temperature of --self-prompt's questions.", valueName: "x")
  )
  var questionTemperature: Float = 1

  @Option(
    name: .customLong("question-top-p"),
    parsing: .unconditional,
    help: ArgumentHelp("Questions are drawn from the likeliest tokens that have this share together.", valueName: "p")
  )
  var questionTopP: Float = 0.95

  @Option(
    name: .customLong("answer-temperature"),
    parsing: .unconditional,
    help: ArgumentHelp("The temperature of the target's answers; 0 takes the likeliest token, always.", valueName: "x")
  )
  var answerTemperature: Float = 0

  @Option(
    name: .customLong("texts-at-once"),
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Texts that the target writes at once; they do not depend on it. Default: as many as memory has room for, at most \
      \(BatchedGeneration.mostUsefulPlaces).
      """,
      valueName: "n"
    )
  )
  var textsAtOnce: Int?

  func validate() throws {
    try refuseEmptyPaths(["--topics": topics])
    try check(count, in: 1...10_000_000, of: "--self-prompt")
    try check(textsAtOnce, in: 1...128, of: "--texts-at-once")
    // Without chance all questions would be one.
    try check(questionTemperature, in: 0.01...100, of: "--question-temperature")
    try check(questionTopP, in: 0.01...1, of: "--question-top-p")
    try check(answerTemperature, in: 0...100, of: "--answer-temperature")
    if count == nil, topics != nil {
      throw ValidationError("--topics steers the questions of --self-prompt N; give that too")
    }
  }

  /// How questions are written.
  func questions(_ count: Int, seed: UInt64) -> SelfPrompting.Settings {
    let limits = SamplingLimits(temperature: questionTemperature, topP: questionTopP)
    return SelfPrompting.Settings(count: count, limits: limits, seed: seed)
  }

  /// How answers are chosen.
  func answers(seed: UInt64) -> Sampling { Sampling(temperature: answerTemperature, seed: seed) }
}
