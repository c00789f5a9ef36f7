import Foundation
import SpecFiles

/// An HTTP/1.1 client on a plain socket, for tests: one request for each connection, all reading by the caller's thread.
package final class PlainHTTPClient {
  /// An answer.
  package struct Answer {
    /// The status line's number.
    package let status: Int
    /// The header fields, their names in lower case.
    package let headers: [String: String]
    /// The body.
    package let body: [UInt8]

    /// The body as a text.
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// The body as JSON; the text itself if it is none.
    package var json: JSONValue { .parsing(text) }

    /// The documents of a body of server-sent events, without the mark at the end.
    package var events: [JSONValue] {
      text.components(separatedBy: "\n\n").filter { $0.hasPrefix("data: ") && !$0.hasSuffix("[DONE]") }
        .map { .parsing(String($0.dropFirst(6))) }
    }
  }

  /// A connection that did not do what was asked.
  package struct Failure: Error {
    let step: String
  }

  private let descriptor: Int32
  private var read: [UInt8] = []

  /// Connects to this machine.
  package init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // A server that hangs must not hang the tests.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(step: "connecting") }
  }

  deinit { close(descriptor) }

  /// Sends a request and reads the whole answer.
  package static func ask(
    _ port: Int,
    _ method: String = "GET",
    _ path: String,
    _ body: String = "",
    headers: [String: String] = [:]
  ) throws -> Answer {
    let client = try PlainHTTPClient(port: port)
    try client.send(method, path, body, headers: headers)
    return try client.answer()
  }

  /// Sends a request.
  package func send(_ method: String, _ path: String, _ body: String = "", headers: [String: String] = [:]) throws {
    let fields = headers.map { "\($0): \($1)\r\n" }.joined()
    let length = method == "GET" ? "" : "Content-Length: \(body.utf8.count)\r\n"
    try send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(length)\(fields)\r\n\(body)")
  }

  /// Sends text as it is.
  package func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure(step: "writing") }
      sent += count
    }
  }

  /// Reads until a text has come, or the server has closed.
  ///
  /// - Returns: whether it has come.
  package func waits(for text: String) throws -> Bool {
    while !String(decoding: read, as: UTF8.self).contains(text) { if try !readMore() { return false } }
    return true
  }

  /// Reads one answer.
  package func answer() throws -> Answer {
    let end = try position(of: "\r\n\r\n")
    let lines = String(decoding: read[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    read.removeFirst(end + 4)
    guard let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") else {
      throw Failure(step: lines[0])
    }
    if status == 100 { return try answer() }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    if let length = headers["content-length"].flatMap({ Int($0) }) {
      while read.count < length { guard try readMore() else { throw Failure(step: "reading a body") } }
      defer { read.removeFirst(length) }
      return Answer(status: status, headers: headers, body: Array(read.prefix(length)))
    }
    return Answer(status: status, headers: headers, body: try chunks())
  }

  private func chunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let end = try position(of: "\r\n")
      guard let size = Int(String(decoding: read[..<end], as: UTF8.self), radix: 16) else {
        throw Failure(step: "reading a chunk's size")
      }
      while read.count < end + size + 4 { guard try readMore() else { throw Failure(step: "reading a chunk") } }
      body += read[end + 2..<end + 2 + size]
      read.removeFirst(end + size + 4)
      if size == 0 { return body }
    }
  }

  private func position(of text: String) throws -> Int {
    while true {
      if let range = read.firstRange(of: Array(text.utf8)) { return range.lowerBound }
      guard try readMore() else { throw Failure(step: "reading a header") }
    }
  }

  private func readMore() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Foundation.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw Failure(step: "reading") }
    read += buffer[..<count]
    return count > 0
  }
}
