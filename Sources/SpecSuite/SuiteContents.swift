import SpecFiles

/// The files of a suite to the letter, without a look at what they say.
package struct SuiteContents {
  /// The manifest, if there is one, and the file of questions, by their paths inside the suite's folder.
  package let files: [(name: String, bytes: [UInt8])]

  /// The suite's name in the database: SHA-256 of the manifest's bytes followed by those of the questions.
  package let contentHash: String

  /// Reads the files.
  ///
  /// - Parameter path: the suite, as for ``Suite/init(path:)``.
  /// - Throws: `SuiteError`.
  package init(path: String) throws(SuiteError) {
    let suite = try SuiteFiles(path: path)
    var files: [(name: String, bytes: [UInt8])] = []
    var manifest = SuiteManifest(name: suite.name, questionFile: suite.questionFile)
    if let manifestPath = suite.manifestPath {
      let bytes = try InputFile<SuiteError>.bytes(of: manifestPath)
      manifest = try SuiteManifest(bytes: bytes, place: manifestPath)
      files.append((SuiteManifest.fileName, bytes))
    }
    let questions = try suite.questionPath(manifest)
    files.append((manifest.questionFile, try InputFile<SuiteError>.bytes(of: questions)))
    self.files = files
    contentHash = Self.hash(files.map(\.bytes))
  }

  /// The hash of a manifest's bytes, if there is a manifest, followed by those of the questions.
  package static func hash(_ parts: [[UInt8]]) -> String {
    var hash = SHA256()
    for part in parts { hash.update(part) }
    return hash.hexDigest()
  }
}
