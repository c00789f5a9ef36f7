/// The known name that a misspelled one most likely stands for; nil where none is near.
///
/// - Parameters:
///   - name: What was written.
///   - known: The names that there are.
/// - Returns: The name with the fewest letters that are wrong, missing, superfluous or swapped, at most a third of them.
public func nearestName(to name: String, among known: [String]) -> String? {
  let letters = Array(name.lowercased().unicodeScalars.prefix(64))
  let distances = known.map {
    (name: $0, distance: distance(letters, Array($0.lowercased().unicodeScalars.prefix(64))))
  }
  guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= max(1, letters.count / 3) else {
    return nil
  }
  return best.name == name || letters.isEmpty ? nil : best.name
}

/// A hint for a message that a name is not known: `, perhaps kangaroo is meant`, or nothing where no name is near.
public func nearestNameHint(for name: String, among known: [String]) -> String {
  nearestName(to: name, among: known).map { ", perhaps \($0) is meant" } ?? ""
}

/// How many letters have to be changed, added, removed or swapped with the next.
private func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
  var (before, row) = ([Int](), Array(0...other.count))
  for i in one.indices {
    var next = [i + 1]
    for j in other.indices {
      var least = min(row[j + 1] + 1, next[j] + 1, row[j] + (one[i] == other[j] ? 0 : 1))
      if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { least = min(least, before[j - 1] + 1) }
      next.append(least)
    }
    (before, row) = (row, next)
  }
  return row[other.count]
}
