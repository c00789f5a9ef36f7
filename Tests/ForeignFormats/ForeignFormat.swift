import Foundation
import SpecFiles
import SpecTestSupport

/// A file that someone else made, in a format that is read: what it may look like, and what reads it.
package struct ForeignFormat: Sendable, CustomStringConvertible {
  /// What the format is called.
  package let name: String
  /// The file in the folder that is read.
  package let file: String
  /// Files that can be read, beside those of the folder.
  package let seeds: @Sendable (TinyCheckpoint) throws -> [[UInt8]]
  /// Whether it is a file: a text of the command line has no name to tell, and what is printed of it is quoted later.
  var isFile = true
  /// Reads the folder, and uses what was read.
  package let read: @Sendable (_ folder: String) throws -> Void

  package var description: String { name }

  /// Every format; a new one is an entry.
  package static let all = weights + configurations + texts + suites + [datastore, frequencies]

  /// What is wrong with how a folder was refused.
  ///
  /// - Parameter folder: where the file is.
  /// - Returns: nil if it was read, or refused in one line that names it.
  package func problem(in folder: String) -> String? {
    do {
      try read(folder)
      return nil
    } catch {
      guard isFile else { return nil }
      let told = (error as? any LinedError)?.lines ?? ["\(error)"]
      let isOneLine = told.allSatisfy { line in
        line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } && line.utf8.count < 4000
      }
      guard isOneLine else { return "not one line of text: \(told)" }
      return told.joined().contains(folder) ? nil : "no file is named: \(told)"
    }
  }
}
