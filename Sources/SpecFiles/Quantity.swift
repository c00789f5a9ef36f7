/// A number with its noun: `1 cycle`, `2 cycles`.
///
/// - Parameters:
///   - count: the number.
///   - singular: the noun for one.
///   - plural: the noun for any other number, where it is not made with an s.
/// - Returns: the text.
package func quantity(_ count: Int, _ singular: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}
