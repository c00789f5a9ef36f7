import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SpecFiles

/// Speaks HTTP/1.1 with one server: a connection of its own for each request, opened before the clock starts.
///
/// One thread of the process serves all connections. It sleeps until bytes come, stamps them and keeps them; nothing of an
/// answer is read before its end.
package final class ServerClient: Sendable {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// How long a server may keep silent.
  package struct Patience: Equatable, Sendable {
    /// Seconds until a connection stands.
    package var connection = 10
    /// Seconds without any byte.
    package var silence = 600
    /// Seconds for a whole answer.
    package var answer = 3600

    /// The default patience.
    package init() {}
  }

  /// Where the server is.
  package let address: ServerAddress
  /// How long it may keep silent.
  package let patience: Patience
  /// What is sent as `Authorization: Bearer …`; nil for none. It is never written anywhere else.
  private let key: String?
  private let encryption: NIOSSLContext?

  /// - Parameters:
  ///   - address: where the server is.
  ///   - key: what is sent as `Authorization: Bearer …`.
  ///   - authority: a file of certificates that the server's is to be signed by; nil for the system's.
  ///   - patience: how long it may keep silent.
  /// - Throws: ``EngineFault`` if the certificates cannot be used.
  package init(
    address: ServerAddress,
    key: String? = nil,
    authority: String? = nil,
    patience: Patience = Patience()
  ) throws(EngineFault) {
    self.address = address
    self.key = key
    self.patience = patience
    guard address.isEncrypted else {
      encryption = nil
      return
    }
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      if let authority { configuration.trustRoots = .file(authority) }
      encryption = try NIOSSLContext(configuration: configuration)
    } catch {
      throw .encryption(server: address.description, reason: "\(error)")
    }
  }

  /// What the server is called in a sentence.
  package var name: String { address.description }

  /// Sends a request and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - shouldStop: asked ten times a second; on true the connection is closed.
  /// - Returns: the answer, whatever its status.
  /// - Throws: ``EngineFault``.
  package func send(
    _ request: ServerRequest,
    shouldStop: () -> Bool = { false }
  ) throws(EngineFault) -> ServerResponse {
    let exchange = ServerExchange()
    let channel = try connect(exchange, shouldStop)
    defer { channel.close(mode: .all, promise: nil) }
    write(request, to: channel, exchange)
    while true {
      switch exchange.wait(milliseconds: 100) {
      case .whole: return exchange.response
      case .brokenOff: throw .brokenOff(server: name, bytes: exchange.response.body.count)
      case .failed(let reason): throw .notUnderstood(server: name, problem: "the HTTP is malformed (\(reason))")
      case .failedEncryption(let reason): throw .encryption(server: name, reason: reason)
      case .tooLong: throw .tooLong(server: name, limit: ServerExchange.limit)
      case nil: break
      }
      if shouldStop() { throw .stopped }
      let silence = exchange.silence
      if silence.nanoseconds > UInt64(patience.silence) * 1_000_000_000 {
        throw .silent(server: name, wait: silence.wait, seconds: patience.silence)
      }
      if silence.total > UInt64(patience.answer) * 1_000_000_000 {
        throw .silent(server: name, wait: .end, seconds: patience.answer)
      }
    }
  }

  /// Opens a connection, encrypted where the address asks for that.
  private func connect(_ exchange: ServerExchange, _ shouldStop: () -> Bool) throws(EngineFault) -> any Channel {
    let loop = Self.group.next()
    let (encryption, host, isEncrypted) = (encryption, address.host, address.isEncrypted)
    let ready = loop.makePromise(of: Void.self)
    let opening = ClientBootstrap(group: loop)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .connectTimeout(.seconds(Int64(patience.connection)))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let encryption {
            try pipeline.addHandler(try Self.encrypting(encryption, host: host))
          }
          try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
          try pipeline.addHandler(ExchangeHandler(exchange, ready: ready, isEncrypted: isEncrypted))
        }
      }
      .connect(host: address.host, port: address.port)
    opening.whenFailure { ready.fail($0) }
    let outcome = ConnectionOutcome()
    opening.and(ready.futureResult).whenComplete { outcome.set($0.map(\.0)) }
    let deadline = ServerExchange.now + UInt64(patience.connection + 1) * 1_000_000_000
    while true {
      switch outcome.wait(milliseconds: 100) {
      case .success(let channel): return channel
      case .failure(let error):
        opening.whenSuccess { $0.close(promise: nil) }
        throw Self.isAboutEncryption(error)
          ? .encryption(server: name, reason: Self.reason(error))
          : .unreachable(server: name, reason: Self.reason(error))
      case nil: break
      }
      let isLate = ServerExchange.now > deadline
      guard isLate || shouldStop() else { continue }
      opening.whenSuccess { $0.close(promise: nil) }
      throw isLate ? .silent(server: name, wait: .connection, seconds: patience.connection) : .stopped
    }
  }

  private static func encrypting(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
    // A number is no name that a certificate could be looked up by.
    let isNumber = (try? SocketAddress(ipAddress: host, port: 0)) != nil
    return try NIOSSLClientHandler(context: context, serverHostname: isNumber ? nil : host)
  }

  private static func isAboutEncryption(_ error: any Error) -> Bool {
    error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError
  }

  private static func reason(_ error: any Error) -> String {
    if let errors = (error as? NIOConnectionError)?.connectionErrors.first?.error {
      return (errors as? IOError)?.description ?? "\(errors)"
    }
    if let error = error as? NIOConnectionError, error.dnsAError != nil || error.dnsAAAAError != nil {
      return "the name \(error.host) is not known"
    }
    return "\(error)"
  }

  private func write(_ request: ServerRequest, to channel: any Channel, _ exchange: ServerExchange) {
    var headers = HTTPHeaders([
      ("Host", address.hostAndPort), ("Accept", "*/*"), ("Connection", "close"), ("User-Agent", "specbench"),
    ])
    if let key { headers.add(name: "Authorization", value: "Bearer \(key)") }
    if let body = request.body {
      headers.add(name: "Content-Type", value: "application/json")
      headers.add(name: "Content-Length", value: "\(body.count)")
    }
    let head = HTTPRequestHead(
      version: .http1_1,
      method: HTTPMethod(rawValue: request.method),
      uri: address.prefix + request.path,
      headers: headers
    )
    let body = request.body.map { channel.allocator.buffer(bytes: $0) }
    channel.eventLoop.execute {
      exchange.begin()
      channel.write(HTTPClientRequestPart.head(head), promise: nil)
      if let body { channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil) }
      channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }
  }
}
