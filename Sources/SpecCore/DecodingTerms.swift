/// Which rule ended a generation. The raw values are those of files and the database.
public enum StopReason: String, Codable, Sendable {
  /// The model ended its answer with a token that ends a text.
  case endToken = "end_token"
  /// The output has as many tokens as were asked for.
  case maximumNewTokens = "max_new_tokens"
  /// The context holds no further position.
  case contextLength = "context_length"
}

/// The method that all others are compared with: plain decoding, one token in each cycle.
public enum Baseline {
  /// Its name in the registry, on the command line and in the database.
  public static let method = "vanilla"
}
