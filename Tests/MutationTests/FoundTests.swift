import ForeignFormats
import Foundation
import SpecTestSupport
import Testing

/// Inputs that once ended the program or were refused badly, and the seeds that fuzzing starts from.
@Suite struct FoundTests {
  /// `Found` has a folder for each format of which something was found.
  private static let found = Fixtures.package.appending(path: "Tests/MutationTests/Found")

  @Test(arguments: ForeignFormat.all) func areReadOrRefused(_ format: ForeignFormat) throws {
    let folder = try TinyCheckpoint()
    defer { folder.remove() }
    let place = Self.found.appending(path: format.name.replacing("/", with: "-"))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    for name in names.sorted() {
      try folder.write(Data(contentsOf: place.appending(path: name)), to: format.file)
      #expect(format.problem(in: folder.directory) == nil, "\(format.name)/\(name)")
    }
  }

  /// A folder of a format that there is no more would test nothing.
  @Test func everyFolderIsOfAFormat() throws {
    let names = Set(ForeignFormat.all.map { $0.name.replacing("/", with: "-") })
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.found.path).filter { !$0.hasPrefix(".") }
    #expect(folders.allSatisfy { names.contains($0) || $0 == "README.md" }, "\(folders)")
  }
}
