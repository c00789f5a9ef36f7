/// Text made fit for a file's name.
package enum FileNameText {
  /// The most bytes of a name without its ending: file systems take 255.
  private static let byteLimit = 200

  /// A name that every file system takes and that lies in the folder where it is put: whatever is no letter, digit, dot,
  /// hyphen or underscore is a hyphen, and so is a dot at the beginning.
  package static func name(_ text: String) -> String {
    var name = ""
    for scalar in text.unicodeScalars {
      let isKept =
        scalar.isASCII
        ? scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
        : scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      let next = isKept && !(scalar == "." && name.isEmpty) ? String(scalar) : "-"
      guard name.utf8.count + next.utf8.count <= byteLimit else { break }
      name += next
    }
    return name
  }
}
