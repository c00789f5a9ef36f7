/// A number of a tensor that no result may be made from.
public struct UnusableNumber: Sendable, CustomStringConvertible {
  /// The tensor's file; nil for numbers in memory.
  public let file: String?
  /// The tensor's name.
  public let tensor: String
  /// Where in the tensor it stands, from 0, row after row.
  public let place: Int
  /// How many numbers the tensor has.
  public let count: Int
  /// The number itself: NaN, infinite, or finite but too large for the type.
  public let value: Float
  /// The type that it should be held in.
  public let type: WeightType

  /// One sentence that names file, tensor and place.
  public var description: String {
    let found =
      "\(file ?? "a tensor in memory"): the tensor '\(tensor)' holds \(value) as number \(place + 1) of \(count)"
    guard value.isFinite else {
      return found
        + ", which is not a finite number: the file is damaged or its training has failed; fetch or train it again"
    }
    return found + ", too large for \(type.rawValue); choose --dtype \(type == .float16 ? "bf16 or f32" : "f32")"
  }
}
