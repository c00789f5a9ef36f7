import Foundation
import SpecFiles

/// Where a server is: `http://127.0.0.1:8080`, with a path where all of its interface lies below one.
package struct ServerAddress: Equatable, Sendable, CustomStringConvertible {
  /// Whether the connection is encrypted.
  package let isEncrypted: Bool
  /// The host's name or number.
  package let host: String
  /// The port.
  package let port: Int
  /// What comes before every path; empty, or with a slash in front and none at the end.
  package let prefix: String

  /// The address as a text. It never holds a key: one in the text is refused.
  package var description: String { "\(isEncrypted ? "https" : "http")://\(hostAndPort)\(prefix)" }

  /// Host and port, as the header `Host` has them.
  var hostAndPort: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// Makes an address of a server on this machine.
  ///
  /// - Parameter port: the port.
  package init(localPort port: Int) {
    (isEncrypted, host, self.port, prefix) = (false, "127.0.0.1", port, "")
  }

  /// Reads an address.
  ///
  /// - Parameter text: `http://HOST:PORT` or `https://HOST`, with a path or without.
  /// - Throws: ``EngineSettingError`` if it is no such address.
  package init(_ text: String) throws(EngineSettingError) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      let host = parts.host, !host.isEmpty, ["http", "https"].contains(scheme)
    else { throw .address(text: text, problem: "is no address; write one like http://127.0.0.1:8080") }
    guard parts.user == nil, parts.password == nil else {
      throw .address(
        text: "http://…@\(host)",
        problem: "holds a name or a password; put the key into an environment variable and name that with key-env=NAME"
      )
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw .address(text: "\(scheme)://\(host)", problem: "has a '?' or a '#'; leave away what follows")
    }
    let port = parts.port ?? (scheme == "https" ? 443 : 80)
    guard (1...65535).contains(port) else {
      throw .address(text: text, problem: "has the port \(port); ports go from 1 to 65535")
    }
    isEncrypted = scheme == "https"
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.port = port
    prefix = String(parts.percentEncodedPath.reversed().drop { $0 == "/" }.reversed())
  }
}
