import Foundation
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore
import SpecSuite

/// Checks a bundle against itself: what was hashed, what follows from what, and every figure.
///
/// The bundle is read in a copy: one of an older version is brought up to date there, and stays as it is.
package final class BundleCheck {
  /// The bundle.
  package let path: String
  /// The run's id.
  package let run: Int64
  let store: BenchmarkStore
  let places: GenerationPlaces
  private let folder: String
  private let files: [String: [UInt8]]
  private let digests: [(name: String, sha256: String)]
  private let suiteName: String

  /// Opens a bundle.
  ///
  /// - Parameter path: the file.
  /// - Throws: ``BundleError``, `StoreError`, `UnwritableFile`.
  package init(path: String) throws {
    self.path = path
    guard FilePlace.kind(at: path) == .file else { throw StoreError.missing(path: path) }
    folder = FileManager.default.temporaryDirectory.appending(path: "bundle-\(UUID().uuidString)").path
    TemporaryPlaces.add(folder, as: .folder)
    let copy = folder + "/bundle.sqlite"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      _ = chmod(copy, 0o600)
    } catch {
      TemporaryPlaces.remove([folder])
      throw UnwritableFile(path: copy)
    }
    do {
      let bundle = try Self.naming(path) { try BundleDatabase(path: copy) }
      let runs = try bundle.runs()
      guard let archive = try bundle.files() else { throw BundleError.notABundle(path: path) }
      guard runs.count == 1 else { throw BundleError.notOneRun(path: path, runs: runs.count) }
      run = runs[0]
      files = Dictionary(archive.map { ($0.name, $0.bytes) }) { first, _ in first }
      var digests: [(name: String, sha256: String)] = []
      try bundle.forEachRowDigest(of: run) { digests.append(($0, $1)) }
      self.digests = digests
      store = try Self.naming(path) { try BenchmarkStore(openingAt: copy, for: .writing) }
      places = try GenerationPlaces(store, run: run)
      suiteName = try store.run(run).suiteName
    } catch {
      TemporaryPlaces.remove([folder])
      throw error
    }
  }

  deinit { TemporaryPlaces.remove([folder]) }

  /// Names the bundle in an error about its copy.
  private static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch StoreError.notADatabase {
      throw StoreError.notADatabase(path: path)
    } catch StoreError.notABenchmark {
      throw StoreError.notABenchmark(path: path)
    } catch StoreError.newerSchema {
      throw StoreError.newerSchema(path: path)
    } catch StoreError.damaged {
      throw StoreError.damaged(path: path)
    }
  }

  /// Checks everything that needs no model.
  ///
  /// - Returns: what agrees and what does not.
  /// - Throws: `StoreError` where the file cannot be read.
  package func check() throws -> BundleFindings {
    var findings = BundleFindings()
    findings.add(fileProblems, orElse: "\(quantity(files.count - 1, "file")): as their hashes say")
    findings.add(digestProblems, orElse: "\(quantity(digests.count, "piece")) of the rows: as their digests say")
    findings.add(try schemaProblems(), orElse: "tables and views: those of this program")
    try checkSuite(&findings)
    try checkRows(&findings)
    try checkDerived(&findings)
    return findings
  }

  private var fileProblems: [String] {
    guard let list = files[BundleLayout.fileHashes] else { return ["\(BundleLayout.fileHashes) is missing"] }
    let hashes = BundleLayout.hashes(list)
    let listed = hashes.compactMap { name, sha256 -> String? in
      guard let bytes = files[name] else { return "\(printablePath(name)) is missing" }
      return SHA256.hexDigest(of: bytes) == sha256 ? nil : "\(printablePath(name)) is not the file that was bundled"
    }
    let names = Set(hashes.map(\.name) + [BundleLayout.fileHashes])
    return listed + files.keys.filter { !names.contains($0) }.sorted().map { "\(printablePath($0)) was not bundled" }
  }

  private var digestProblems: [String] {
    guard let list = files[BundleLayout.rowHashes] else { return ["\(BundleLayout.rowHashes) is missing"] }
    let bundled = Dictionary(BundleLayout.hashes(list).map { ($0.name, $0.sha256) }) { first, _ in first }
    let changed = digests.compactMap { name, sha256 -> String? in
      guard let before = bundled[name] else { return "\(places.piece(name)) was not bundled" }
      return before == sha256 ? nil : "\(places.piece(name)): its rows are not those that were bundled"
    }
    let present = Set(digests.map(\.name))
    return changed + bundled.keys.filter { !present.contains($0) }.sorted().map { "\(printablePath($0)) is missing" }
  }

  /// A view that says something else would lend its name to figures that are none.
  private func schemaProblems() throws -> [String] {
    let own = try BenchmarkStore(creatingAt: folder + "/empty.sqlite").schema()
    let found = try store.schema().filter { $0.key != "table sqlar" }
    return Set(own.keys).union(found.keys).sorted().filter { own[$0] != found[$0] }.map {
      "\(printablePath($0)) is not defined as this program defines it"
    }
  }

  private func checkSuite(_ findings: inout BundleFindings) throws {
    let names = files.keys.filter { $0.hasPrefix(BundleLayout.suite) }
    guard !names.isEmpty else { return findings.notes.append("the bundle carries no suite") }
    let check = SuiteAgreement(files: files, record: try store.run(run).record)
    let prompts = try store.prompts(of: run)
    let fact = "\(quantity(prompts.count, "prompt")): of the suite \(quoted(suiteName)) in the bundle"
    findings.add(check.problems(prompts.map(\.record)), orElse: fact)
  }

  private func checkRows(_ findings: inout BundleFindings) throws {
    var check = try RowAgreement(store, run: run, places)
    do {
      try store.checkNumbers(of: run)
      try store.forEachRecorded(of: run) { check.add($0, $1, $2) }
    } catch StoreError.impossibleNumber(_, _, let table) {
      return findings.problems.append("the table '\(table)' has a number that no measurement gives")
    }
    findings.add(
      check.problems,
      orElse:
        "\(quantity(check.generations, "generation")), \(quantity(check.tokens, "token")): counts, ids, times and "
        + "comparisons agree with each other"
    )
  }

  /// Makes every figure again from the rows.
  private func checkDerived(_ findings: inout BundleFindings) throws {
    let made: [(name: String, text: String)]
    do {
      made = try DerivedFiles.make(store, run: run)
    } catch let error as StoreError {
      return findings.problems.append("no report can be made of the rows: \(error)")
    }
    let isSameProgram = try store.environment(of: run).packageVersion == RunEnvironment.packageVersion
    var problems: [String] = []
    for (name, text) in made {
      guard let bytes = files[name] else {
        problems.append("\(name) is missing")
        continue
      }
      let stored = String(decoding: bytes, as: UTF8.self)
      if name == DerivedFiles.figures {
        problems += FigureComparison.differences(stored: stored, made: text, file: name)
      } else if stored != text {
        // Another version may word its reports in another way; their figures are those of the JSON.
        if isSameProgram || !DerivedFiles.reports.contains(name) {
          problems.append(FigureComparison.firstLine(stored: stored, made: text, file: name))
        } else {
          findings.notes.append(
            "\(name) was written by another version, so that only \(DerivedFiles.figures) is compared"
          )
        }
      }
    }
    findings.add(problems, orElse: "the report: every figure made again from the rows is the same")
  }
}
