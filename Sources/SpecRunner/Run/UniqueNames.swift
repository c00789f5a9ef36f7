/// Gives decoders names that are unique in their run: a title as it is, and with a number where it is taken.
struct UniqueNames {
  private var used = Set<String>()
  private let reserved: Set<String>

  /// - Parameter reserved: names that no number may make, such as the method `eagle-3` of a third `eagle`.
  init(reserved: Set<String> = []) { self.reserved = reserved }

  /// A name that no other decoder has.
  ///
  /// - Parameter title: what is to be named.
  /// - Returns: the title itself, or with the first number that is free.
  mutating func name(for title: String) -> String {
    var (name, number) = (title, 1)
    while number > 1 && reserved.contains(name) || !used.insert(name).inserted {
      number += 1
      name = "\(title)-\(number)"
    }
    return name
  }
}
