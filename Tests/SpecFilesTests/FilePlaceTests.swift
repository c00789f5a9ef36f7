import Foundation
import SpecFiles
import Testing

/// Paths mean what the system means by them.
@Suite final class FilePlaceTests {
  private let folder: String

  init() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "places-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    folder = try FilePlace.resolved(place.path)
    try OutputFile.makeFolder(folder + "/deep/inner")
    try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "deep/inner")
    try OutputFile.write("x", to: folder + "/file")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test func absolutePathsKeepTheNamesOfLinks() {
    #expect(FilePlace.absolute(folder + "//link/./") == folder + "/link")
    #expect(FilePlace.absolute("link/x", in: folder) == folder + "/link/x")
    #expect(FilePlace.absolute("./a", in: folder) == folder + "/a")
    #expect(FilePlace.absolute("a") == FilePlace.absolute(FileManager.default.currentDirectoryPath + "/a"))
  }

  @Test func whatLiesAboveALinkLiesAboveItsFolder() {
    #expect(FilePlace.absolute(folder + "/link/../x") == folder + "/deep/x")
    #expect(FilePlace.absolute("link/../../file", in: folder) == folder + "/file")
    #expect(FilePlace.absolute(folder + "/deep/inner/../..") == folder)
    #expect(FilePlace.absolute("/../..") == "/" && FilePlace.absolute("/..//x") == "/x")
  }

  /// The system finds nothing there, so no other file may be found instead.
  @Test(arguments: ["file/../x", "nothing/../file"])
  func outOfWhatIsNoFolderThereIsNoWay(path: String) {
    #expect(FilePlace.absolute(path, in: folder) == folder + "/" + path)
    #expect(FilePlace.kind(at: FilePlace.absolute(path, in: folder)) == nil)
  }

  /// A slash and the accent after it are one character.
  @Test func namesMayBeginWithAnAccent() throws {
    let name = "\u{301}x"
    #expect(FilePlace.absolute(folder + "/deep/../" + name).utf8.elementsEqual((folder + "/" + name).utf8))
    #expect(FilePlace.folder(of: folder + "/" + name) == folder)
    #expect(try FilePlace.resolved(folder + "/" + name).utf8.elementsEqual((folder + "/" + name).utf8))
  }
}
