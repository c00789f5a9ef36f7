import DemoRecipe
import Foundation
import SpecTestSupport
import Testing

/// A text that cannot be used is named with its place before anything is made of it.
@Suite struct CorpusTextTests {
  private let scratch: TemporaryFolder

  init() throws {
    scratch = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: CorpusTexts.folder, toPath: scratch.path("Texts"))
  }

  /// What the reader says of the texts with a change in one file.
  private func complaint(_ file: String, replacing old: String, with new: String) throws -> String {
    let text = String(decoding: try scratch.read("Texts/\(file)"), as: UTF8.self)
    let range = try #require(text.range(of: old), "\(file) has no \(old)")
    _ = try scratch.write(text.replacingCharacters(in: range, with: new), to: "Texts/\(file)")
    let error = try #require(throws: RecipeFileError.self) { try CorpusTexts(folder: scratch.path("Texts")) }
    return "\(error)"
  }

  @Test func theTextsOfThePackageCanBeUsed() throws {
    #expect(try CorpusTexts(folder: scratch.path("Texts")).lexicon.list("town").contains("Millbrook"))
  }

  @Test(arguments: [
    ("words.json", "\"hobby\":", "\"pastime\":", "there is no list \"hobby\""),
    ("passages.json", "{:trade}", "{:craftsman}", "in kinds[0].facts[0].sentences[0] there is no list \"craftsman\""),
    ("conversations.json", "\"list\": \"gift\"", "\"list\": \"gifts\"", "there is no list \"gifts\" to draw from"),
    ("registers.json", "\"transitions\":", "\"passages\":", "there is no \"transitions\""),
    ("arithmetic.json", "{", "[", "JSON"),
    ("velish.json", "\"hasReceiver\": false", "\"hasReceiver\": 3", "in verbs[0].hasReceiver "),
  ])
  func aWrongTextIsNamed(file: String, old: String, new: String, problem: String) throws {
    let complaint = try complaint(file, replacing: old, with: new)
    #expect(complaint.hasPrefix(scratch.path("Texts/\(file): ")) && complaint.contains(problem), "\(complaint)")
    #expect(complaint.hasSuffix("; correct it, or restore the file and build again"))
  }

  @Test func anEmptyListIsNamed() throws {
    let text = String(decoding: try scratch.read("Texts/stories.json"), as: UTF8.self)
    let plots = try #require(text.range(of: "\"plots\": ["))
    let end = try #require(text.range(of: "\n  ]", range: plots.upperBound..<text.endIndex))
    _ = try scratch.write(
      text.replacingCharacters(in: plots.upperBound..<end.lowerBound, with: ""),
      to: "Texts/stories.json"
    )
    let error = try #require(throws: RecipeFileError.self) { try CorpusTexts(folder: scratch.path("Texts")) }
    #expect("\(error)".contains("stories.json: in plots the list is empty"), "\(error)")
  }

  @Test func aMissingFileIsNamed() throws {
    try FileManager.default.removeItem(atPath: scratch.path("Texts/world.json"))
    let error = try #require(throws: RecipeFileError.self) { try CorpusTexts(folder: scratch.path("Texts")) }
    #expect("\(error)".hasPrefix(scratch.path("Texts/world.json")), "\(error)")
  }
}
