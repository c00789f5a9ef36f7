import SpecFiles

/// What a bundle's files are called, and how lists of hashes are written: a line `HASH  NAME` each, as `sha256sum` does.
enum BundleLayout {
  /// The hashes of all files but this one.
  static let fileHashes = "SHA256SUMS"
  /// The digests of the rows.
  static let rowHashes = "rows.sha256"
  /// What the file is and how it is read.
  static let readme = "README.txt"
  /// The folder of the suite's files.
  static let suite = "suite/"

  /// A list of hashes as text.
  static func text(_ hashes: [(name: String, sha256: String)]) -> String {
    hashes.map { "\($0.sha256)  \($0.name)\n" }.joined()
  }

  /// Reads a list of hashes; what is no line of one is left out.
  static func hashes(_ bytes: [UInt8]) -> [(name: String, sha256: String)] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].utf8.count == 64 else { return nil }
      return (String(parts[1].drop { $0 == " " }), String(parts[0]))
    }
  }

  static let readmeText = """
    This file is a run of SpecBench with all that is needed to check it. It is one SQLite database.

    - The run's rows are in tables and views, as in any database of SpecBench (docs/database.md). 'specbench report', the
      sqlite3 shell, Datasette and other tools read them.
    - Its files are in the table 'sqlar', SQLite's archive format: 'sqlite3 FILE -Ax' unpacks them. suite/ has the suite's
      manifest and questions, report.md, report.html and report.json the report, settings.json what the run was asked to do,
      environment.json the machine and the program, inputs.sha256 the hashes of all files that the results depend on.
    - SHA256SUMS has the hashes of these files; 'sha256sum -c SHA256SUMS' checks them. rows.sha256 has digests of the rows.

    'specbench check FILE' makes all figures again from the rows and compares them, the hashes and the questions; with
    '--model DIR' it decodes a sample of the prompts again and compares the tokens. docs/bundles.md says more.

    """
}
