import SpecFiles

/// The model that the trained parts of a suite were made for.
package struct SuiteTarget: Equatable, Sendable {
  /// What people call it.
  package let name: String
  /// What tells it from other models, as `specbench inspect` shows it: 64 hexadecimal digits.
  package let fingerprint: String

  init(_ reader: SuiteField) throws(SuiteError) {
    try reader.rejectUnknownKeys(known: ["name", "fingerprint"], owner: " in \"target\"")
    name = try reader.shownText("name", limit: 100)
    fingerprint = try reader.shownText("fingerprint", limit: 64)
    guard fingerprint.utf8.count == 64, fingerprint.allSatisfy({ "0123456789abcdef".contains($0) }) else {
      throw reader.error(
        found: "\(quoted(fingerprint)) as \"fingerprint\"",
        expected: "64 hexadecimal digits in lower case",
        advice: "copy the fingerprint that 'specbench inspect' shows for the model"
      )
    }
  }
}
