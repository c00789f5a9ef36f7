import Foundation
import SpecFiles
import SpecKernels

/// How a GGUF file changes the frequencies of the rotary embedding, in the members of `rope_scaling`.
struct GGUFRotation {
  /// Tensors that hold what the frequencies are divided by: of all contexts, of short and of long ones.
  static let tensorNames: Set<String> = [factors, shortFactors, longFactors]

  private static let factors = "rope_freqs.weight"
  private static let shortFactors = "rope_factors_short.weight"
  private static let longFactors = "rope_factors_long.weight"

  private let parts: [GGUFFile]
  private let file: GGUFFile
  private let prefix: String

  /// - Parameters:
  ///   - parts: the model's files, the one with the metadata first.
  ///   - prefix: what the keys begin with, like `llama.rope.`.
  init(_ parts: [GGUFFile], prefix: String) {
    self.parts = parts
    file = parts[0]
    self.prefix = prefix
  }

  /// The scaling of frequencies.
  ///
  /// - Parameter headDimension: numbers in a head.
  /// - Returns: an object as `rope_scaling` has it; nil for none.
  /// - Throws: ``ModelError`` if it is malformed.
  func scaling(_ headDimension: Int) throws(ModelError) -> JSONValue? {
    if let short = try divisors(Self.shortFactors) { return try longRope(short) }
    if let factors = try divisors(Self.factors), factors.contains(where: { $0 != 1 }) {
      return try divided(by: factors, headDimension)
    }
    let (newer, older) = (try file.number(prefix + "scaling.factor"), try file.number(prefix + "scale_linear"))
    let factor = newer ?? older
    let named = try file.text(prefix + "scaling.type")
    guard let type = named ?? (factor == nil ? nil : "linear"), type != "none" else { return nil }
    return object([
      ("type", .text(type)), ("factor", factor.map { .number($0) }),
      ("beta_fast", try number("yarn_beta_fast")), ("beta_slow", try number("yarn_beta_slow")),
    ])
  }

  private func object(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(members.compactMap { key, value in value.map { JSONMember(key: ArraySlice(key.utf8), value: $0) } })
  }

  private func number(_ name: String) throws(ModelError) -> JSONValue? {
    try file.number(prefix + "scaling." + name).map { .number($0) }
  }

  /// LongRoPE: divisors of short contexts, and of long ones, which are not read.
  private func longRope(_ short: [Double]) throws(ModelError) -> JSONValue {
    object([
      ("type", "longrope"), ("short_factor", list(short)), ("factor", try number("factor")),
      ("attention_factor", try number("attn_factor")),
    ])
  }

  /// Divisors that hold for every context: those of Llama 3.1 are told by their rule, which gives the bits of the original.
  private func divided(by factors: [Double], _ headDimension: Int) throws(ModelError) -> JSONValue {
    let theta = try file.number(prefix + "freq_base") ?? 10000
    let (largest, original) = (factors.max() ?? 1, 8192.0)
    let rule = factors.indices.map { (index) -> Double in
      let frequency = pow(theta, -2 * Double(index) / Double(headDimension))
      let turns = original * frequency / (2 * Double.pi)
      if turns > 4 { return 1 }
      if turns < 1 { return largest }
      let smooth = (turns - 1) / 3
      return 1 / ((1 - smooth) / largest + smooth)
    }
    if zip(factors, rule).allSatisfy({ abs($0 / $1 - 1) < 1e-4 }) {
      return object([
        ("rope_type", "llama3"), ("factor", .number(largest)), ("low_freq_factor", .number(1)),
        ("high_freq_factor", .number(4)), ("original_max_position_embeddings", .integer(Int(original))),
      ])
    }
    return object([
      ("type", "longrope"), ("short_factor", list(factors)), ("factor", .number(1)), ("attention_factor", .number(1)),
    ])
  }

  private func list(_ numbers: [Double]) -> JSONValue { .array(numbers.map { .number($0) }) }

  /// The numbers of a small tensor.
  private func divisors(_ name: String) throws(ModelError) -> [Double]? {
    guard let file = parts.first(where: { $0.entries[name] != nil }), let entry = file.entries[name] else { return nil }
    guard entry.type.readable == .float32, entry.shape.count == 1, entry.shape[0] <= 512 else {
      throw .malformedFile(path: file.path, problem: "the tensor \(quoted(name)) is no short list in F32")
    }
    let numbers = file.numbers(entry, .float32, name: name).floats(0..<entry.shape[0])
    guard numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .malformedFile(path: file.path, problem: "the tensor \(quoted(name)) holds a number that is not above 0")
    }
    return numbers.map(Double.init)
  }
}
