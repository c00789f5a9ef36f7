import Foundation
import SpecDecoding
import SpecTestSupport
import Testing

/// Paths of files that come with a suite.
@Suite struct SuitePathTests {
  private let registry = MethodRegistry.builtIn

  private func ofSuite(_ text: String, in folder: TemporaryFolder) throws -> String {
    try registry.ofSuite(DecoderSpec(text), in: folder.path).description
  }

  @Test func aManifestsPathsBeginInItsFolder() throws {
    let folder = try TemporaryFolder()
    #expect(
      try ofSuite("kangaroo:exit=2,adapter=parts/two,steps=3", in: folder)
        == "kangaroo:exit=2,adapter=suite:parts/two,steps=3"
    )
    // What is no path stays as it is.
    for text in [
      "medusa:tree=chain,nodes=3", "eagle-3:tree=dynamic", "token-recycling:tree=adaptive", "suffix:text=none",
      "vanilla", "kangaroo:adapter=/models/two", "oracle:rates=0.5", "self-speculative:skip=3-6,vocabulary=8192",
    ] {
      #expect(try ofSuite(text, in: folder) == text)
    }
    #expect(try ofSuite("medusa:tree=wide.json", in: folder) == "medusa:tree=suite:wide.json")
    #expect(try ofSuite("kangaroo:adapter=suite:two", in: folder) == "kangaroo:adapter=suite:two")
    // A default that is written out is the suite's where the suite has it.
    #expect(try ofSuite("medusa:heads=medusa", in: folder) == "medusa:heads=medusa")
    try FileManager.default.createDirectory(atPath: folder.path + "/medusa", withIntermediateDirectories: true)
    #expect(try ofSuite("medusa:heads=medusa", in: folder) == "medusa:heads=suite:medusa")
    #expect(try ofSuite("medusa", in: folder) == "medusa")
  }

  @Test func noPathLeadsOutOfTheFolder() throws {
    let folder = try TemporaryFolder()
    for path in ["../two", "suite:../two", "suite:/two", "a/../../two", "~/two"] {
      let error = #expect(throws: DecodingError.self) { try ofSuite("kangaroo:adapter=\(path)", in: folder) }
      #expect(error?.description.contains("a path inside the suite's folder") == true)
    }
  }

  @Test func aPathOfASuiteNamesAFileInItsFolder() throws {
    let target = TargetFiles(
      configuration: TinyCheckpoint.configuration,
      modelDirectory: "/model",
      workingDirectory: "/home",
      suiteDirectory: "/suites/own"
    )
    #expect(target.file("suite:parts/two") == "/suites/own/parts/two")
    #expect(target.file("parts/two") == "/home/parts/two" && target.file("/two") == "/two")
  }

  @Test func pathsBecomeWholeForAnotherFolder() throws {
    func whole(_ text: String) throws -> String {
      let spec = try DecoderSpec(text)
      return try registry.withWholePaths(spec, workingDirectory: "/home", suiteDirectory: "/suites/own").description
    }
    #expect(try whole("kangaroo:adapter=suite:two") == "kangaroo:adapter=/suites/own/two")
    #expect(try whole("kangaroo:adapter=two,steps=3") == "kangaroo:adapter=/home/two,steps=3")
    for text in ["kangaroo:adapter=kangaroo", "kangaroo:adapter=/two", "medusa:tree=mc_sim_7b_63"] {
      #expect(try whole(text) == text)
    }
  }
}
