import Foundation
import SpecFiles

// The other half of this target is `builtCommit`, which the plugin NoteCommit writes. It is a target of its own, so that
// another commit compiles nothing else again.

/// The program that runs, by its own bytes.
package enum BuiltProgram {
  /// SHA-256 of the running program's file; nil where the system does not let it be read.
  package static let hash: String? = {
    // On Linux the first is the file that runs, even if another has taken its place meanwhile.
    let paths = ["/proc/self/exe", Bundle.main.executablePath].compactMap(\.self)
    guard let path = paths.first(where: { FileStamp(path: $0) != nil }) else { return nil }
    return try? FileHash.sha256(of: path)
  }()
}
