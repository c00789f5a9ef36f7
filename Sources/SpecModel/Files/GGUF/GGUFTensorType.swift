import SpecKernels

/// How a GGUF file stores a tensor's numbers: the types of ggml, by their numbers.
struct GGUFTensorType: Hashable {
  /// ggml's number.
  let number: UInt32

  /// ggml's name.
  var name: String { Self.names[number] ?? "type \(number)" }

  /// The type as it is read; nil for one that is not.
  var readable: NumberType? { Self.readableTypes[name] }

  /// The names of what can be read, for a message.
  static let readableNames = ["F32", "F16", "BF16"] + BlockFormat.allCases.map(\.rawValue)

  private static let readableTypes: [String: NumberType] = BlockFormat.allCases.reduce(
    into: ["F32": .float32, "F16": .float16, "BF16": .bfloat16]
  ) { $0[$1.rawValue] = .blocks($1) }

  /// The numbers of ggml's header; those that are missing were given up.
  private static let names: [UInt32: String] = [
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K",
    12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
    20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
    29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
  ]
}
