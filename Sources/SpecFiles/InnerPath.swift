/// Paths that an untrusted file gives for others beside itself.
package enum InnerPath {
  /// Whether a path may lead out of the folder to which it is relative, as the system reads it: byte by byte.
  package static func leadsOut(_ path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    let components = path.utf8.split(separator: slash, omittingEmptySubsequences: false)
    return path.utf8.first == slash || path.utf8.first == UInt8(ascii: "~") || path.utf8.contains(0)
      || components.contains { $0.elementsEqual("..".utf8) }
  }

  /// Whether a path is the name of something that lies in the folder itself.
  package static func isName(_ path: String) -> Bool {
    !path.isEmpty && path != "." && !leadsOut(path) && !path.utf8.contains(UInt8(ascii: "/"))
  }
}
