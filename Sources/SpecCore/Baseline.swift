/// The method that all others are compared with: plain decoding, one token in each cycle.
public enum Baseline {
  /// Its name in the registry, on the command line and in the database.
  public static let method = "vanilla"
}
