/// What a check of a bundle has come to, in sentences for a user.
package struct BundleFindings: Sendable {
  /// What does not agree, each with the name of what was changed.
  package internal(set) var problems: [String] = []
  /// What was checked and agrees.
  package internal(set) var facts: [String] = []
  /// What could not be checked.
  package internal(set) var notes: [String] = []

  /// Notes what a part of the check has found.
  ///
  /// - Parameters:
  ///   - problems: what does not agree.
  ///   - fact: what to say where everything does.
  mutating func add(_ problems: [String], orElse fact: String) {
    self.problems += problems
    if problems.isEmpty { facts.append(fact) }
  }
}
