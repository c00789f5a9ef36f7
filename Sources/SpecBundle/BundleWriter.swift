import Foundation
import SpecFiles
import SpecRunner
import SpecStore
import SpecSuite

/// Writes a run with all that somebody else needs to check it into one file.
package struct BundleWriter {
  private let store: BenchmarkStore
  private let run: Int64
  private let suite: String?

  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  ///   - suite: where the suite lies now; nil for where it lay.
  package init(_ store: BenchmarkStore, run: Int64, suite: String? = nil) {
    (self.store, self.run, self.suite) = (store, run, suite)
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// - Parameter path: the file; there must be none yet.
  /// - Throws: ``BundleError``, `StoreError`, `SuiteError`, `UnwritableFile`.
  package func write(to path: String) throws {
    try OutputFile.check(path, keeping: [(store.path, "the database")])
    let suiteFiles = try suiteFiles()
    try UnnamedDatabase.write(to: path) { temporary in
      let copy = try BenchmarkStore(creatingAt: temporary)
      let run = try copy.copyRun(run, from: store).run
      // A file that somebody holds stays in several parts.
      try copy.close()
      let derived = try DerivedFiles.make(BenchmarkStore(openingAt: temporary), run: run)
      let bundle = try BundleDatabase(path: temporary)
      var digests: [(name: String, sha256: String)] = []
      try bundle.forEachRowDigest(of: run) { digests.append(($0, $1)) }
      let texts =
        derived + [
          (BundleLayout.rowHashes, BundleLayout.text(digests)), (BundleLayout.readme, BundleLayout.readmeText),
        ]
      let files = (suiteFiles + texts.map { BundledFile(name: $0.0, bytes: Array($0.1.utf8)) }).sorted {
        $0.name < $1.name
      }
      let hashes = BundleLayout.text(files.map { ($0.name, SHA256.hexDigest(of: $0.bytes)) })
      try bundle.finish(with: files + [BundledFile(name: BundleLayout.fileHashes, bytes: Array(hashes.utf8))])
    }
  }

  /// The suite's files as they were measured; none of a run that names no suite, as of imported answers.
  private func suiteFiles() throws -> [BundledFile] {
    let record = try store.run(run).record
    let place = suite ?? StoredPlan(of: record)?.suite ?? record.suitePath
    guard record.origin == .measured, !place.isEmpty else { return [] }
    let contents = try SuiteContents(path: place)
    guard contents.contentHash == record.suiteHash else { throw BundleError.otherSuite(path: place, run: run) }
    return contents.files.map { BundledFile(name: BundleLayout.suite + $0.name, bytes: $0.bytes) }
  }
}
