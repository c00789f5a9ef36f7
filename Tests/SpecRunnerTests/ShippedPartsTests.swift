import Foundation
import SpecDecoding
import SpecSuite
import SpecTestSupport
import Testing

/// The suite of trained parts that comes with the package, without the model that it is for.
@Suite struct ShippedPartsTests {
  private let folder = Fixtures.package.appending(path: "Suites/smollm2").path

  @Test func everyPartThatADecoderNamesIsThere() throws {
    let suite = try SpecSuite.Suite(path: folder)
    let specs = try suite.manifest.decoders.map {
      try MethodRegistry.builtIn.ofSuite(DecoderSpec($0), in: folder).description
    }
    let named = specs.joined(separator: ",").components(separatedBy: "suite:").dropFirst().map {
      $0.prefix { $0 != "," }
    }
    #expect(!named.isEmpty)
    for part in named {
      #expect(FileManager.default.fileExists(atPath: "\(folder)/\(part)"), "\(part)")
    }
  }

  @Test func itAsksTheQuestionsOfEssentials() throws {
    let essentials = try SpecSuite.Suite(path: Fixtures.package.appending(path: "Suites/essentials").path)
    let suite = try SpecSuite.Suite(path: folder)
    #expect(suite.questions.map(\.turns) == essentials.questions.map(\.turns))
    #expect(suite.manifest.target?.name == "SmolLM2-135M-Instruct")
  }
}
