import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Many texts written at once are those that vanilla decoding writes one by one, to the bit.
@Suite struct BatchedGenerationTests {
  /// Texts of many lengths, some of which end at once: as many as asked for.
  static func requests(_ count: Int, _ random: inout SeededRandom) -> [BatchedGeneration.Request] {
    (0..<count).map { _ in
      let length = [1, 2, 3, 17, 40, 95][random.below(6)]
      return BatchedGeneration.Request(
        prompt: (0..<length).map { _ in Token(random.below(13)) },
        seed: UInt64(random.below(5)),
        rules: StopRules(
          endTokens: [[], [Token(random.below(13))], [1, 2, 3]][random.below(3)],
          maximumNewTokens: [1, 2, 30, 200][random.below(4)],
          contextLength: [60, 96][random.below(2)]
        )
      )
    }
  }

  /// What vanilla decoding makes of a request alone.
  static func alone(
    _ request: BatchedGeneration.Request,
    _ target: Transformer,
    _ limits: SamplingLimits
  ) throws -> BatchedGeneration.Output {
    guard request.prompt.count < request.rules.contextLength else { return BatchedGeneration.Output() }
    let sampling = Sampling(
      temperature: limits.temperature,
      topK: limits.topK,
      topP: limits.topP,
      seed: request.seed
    )
    let vanilla = try Vanilla.decoder(target: target, sampling: sampling)
    let found = try generate(request.prompt, with: vanilla, rules: request.rules)
    return BatchedGeneration.Output(tokens: found.tokens, stopReason: found.stopReason)
  }

  static let families = ["llama", "gemma2", "qwen3", "mistral", "phi3"]

  @Test(arguments: [1, 2, 5, 32, 128]) func textsAreThoseOfVanilla(_ places: Int) throws {
    for (index, type) in WeightType.allCases.enumerated() {
      let threads = 1 + (index + places) % 3
      let model = try RandomModel(
        seed: UInt64(places + index),
        weightType: type,
        context: ComputeContext(threads: threads),
        modelType: Self.families[(places + index) % 5]
      )
      var random = SeededRandom(seed: UInt64(places * 7 + index))
      for limits in [SamplingLimits(temperature: 0), SamplingLimits(temperature: 1.2, topK: 7, topP: 0.9)] {
        let requests = Self.requests(3 + places % 40, &random)
        let batch = try BatchedGeneration(model.target, limits: limits, places: places)
        // A used one writes as a fresh one does.
        for requests in [Array(requests.prefix(4)), requests] {
          var (next, found) = (0, [BatchedGeneration.Output]())
          try batch.write {
            defer { next += 1 }
            return next < requests.count ? requests[next] : nil
          } finished: { request, output in
            #expect(request.prompt == requests[found.count].prompt)
            found.append(output)
            return true
          }
          #expect(found == (try requests.map { try Self.alone($0, model.target, limits) }))
        }
      }
    }
  }

  /// Texts with the same beginning, of which the later ones find keys and values of it: also a prompt that is the beginning of
  /// another one, the same prompt again, and one that goes on as an earlier output did.
  @Test(arguments: [1, 3]) func sharedBeginningsChangeNothing(_ places: Int) throws {
    for family in Self.families {
      let model = try RandomModel(seed: 5, context: ComputeContext(threads: 2), modelType: family)
      let rules = StopRules(endTokens: [], maximumNewTokens: 6, contextLength: 96)
      var random = SeededRandom(seed: 5)
      let template = (0..<30).map { _ in Token(random.below(13)) }
      var prompts = (0..<5).map { template + [Token($0), Token(7 - $0)] }
      prompts += [Array(template.prefix(4)), template, prompts[1], [template[0]], template]
      let greedy = SamplingLimits(temperature: 0)
      let first = try Self.alone(.init(prompt: template, rules: rules), model.target, greedy)
      prompts.append(template + first.tokens + [2])
      let requests = prompts.map { BatchedGeneration.Request(prompt: $0, rules: rules) }
      let batch = try BatchedGeneration(model.target, limits: greedy, places: places)
      var (next, found) = (0, [BatchedGeneration.Output]())
      try batch.write {
        defer { next += 1 }
        return next < requests.count ? requests[next] : nil
      } finished: { _, output in
        found.append(output)
        return true
      }
      #expect(found == (try requests.map { try Self.alone($0, model.target, greedy) }), "\(family)")
    }
  }

  /// A listener that has heard enough hears no more, and the next texts are not disturbed.
  @Test func writingEndsWhereItIsToldTo() throws {
    let model = try RandomModel(seed: 3, context: ComputeContext(threads: 1))
    let batch = try BatchedGeneration(model.target, places: 4)
    let rules = StopRules(endTokens: [], maximumNewTokens: 9, contextLength: 96)
    func first(_ count: Int) throws -> [[Token]] {
      var (given, heard) = (0, [[Token]]())
      try batch.write {
        given += 1
        return BatchedGeneration.Request(prompt: [Token(given % 13), 1], rules: rules)
      } finished: { _, output in
        heard.append(output.tokens)
        return heard.count < count
      }
      return heard
    }
    let seven = try first(7)
    #expect(seven.count == 7 && seven.allSatisfy { $0.count == 9 })
    #expect(try first(3) == Array(seven.prefix(3)))
  }

  @Test func whatIsThrownEndsTheWork() throws {
    struct Enough: Error {}
    let model = try RandomModel(seed: 3, context: ComputeContext(threads: 1))
    let batch = try BatchedGeneration(model.target, places: 2)
    let rules = StopRules(endTokens: [], maximumNewTokens: 50, contextLength: 96)
    var checks = 0
    #expect(throws: Enough.self) {
      try batch.write {
        BatchedGeneration.Request(prompt: [1], rules: rules)
      } check: {
        checks += 1
        if checks == 5 { throw Enough() }
      } finished: { _, _ in
        true
      }
    }
    #expect(checks == 5)
  }

  /// As many texts at once as their keys and values have room for.
  @Test func placesFollowFromMemory() throws {
    let shape = try SyntheticModel.shape(named: "vicuna-7b")
    let text = 512 * shape.cacheBytesPerPosition
    #expect(BatchedGeneration.places(for: shape, positions: 512, available: nil) == BatchedGeneration.mostUsefulPlaces)
    #expect(BatchedGeneration.places(for: shape, positions: 512, available: 3 * text + 1) == 3)
    #expect(BatchedGeneration.places(for: shape, positions: 512, available: 0) == 1)
    #expect(
      BatchedGeneration.places(for: shape, positions: 1 << 40, available: 4096 * shape.cacheBytesPerPosition) == 1
    )
  }
}
