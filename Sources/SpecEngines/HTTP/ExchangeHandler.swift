import Dispatch
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import Synchronization

/// The end of a connection's pipeline: hands what arrives to the exchange.
final class ExchangeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let exchange: ServerExchange
  private let ready: EventLoopPromise<Void>
  private let isEncrypted: Bool
  private var isReady = false

  /// - Parameters:
  ///   - exchange: what is filled.
  ///   - ready: kept when a request can be sent.
  ///   - isEncrypted: whether that is after the handshake.
  init(_ exchange: ServerExchange, ready: EventLoopPromise<Void>, isEncrypted: Bool) {
    self.exchange = exchange
    self.ready = ready
    self.isEncrypted = isEncrypted
  }

  func channelActive(context: ChannelHandlerContext) {
    if !isEncrypted { becomeReady() }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { becomeReady() }
    context.fireUserInboundEventTriggered(event)
  }

  private func becomeReady() {
    isReady = true
    ready.succeed(())
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      // A server may say first that it goes on.
      if head.status.code >= 200 { exchange.take(status: Int(head.status.code)) }
    case .body(let bytes):
      guard exchange.take(bytes) else {
        exchange.finish(.tooLong)
        return context.close(promise: nil)
      }
    case .end:
      exchange.finish(.whole)
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    exchange.finish(.brokenOff)
    if !isReady { ready.fail(ChannelError.eof) }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !isReady {
      isReady = true
      ready.fail(error)
    }
    exchange.finish(Self.end(error))
    context.close(promise: nil)
  }

  private static func end(_ error: any Error) -> ServerExchange.End {
    switch error {
    // An encrypted connection that is closed without a word is as good as broken off.
    case NIOSSLError.uncleanShutdown: .brokenOff
    case HTTPParserError.invalidEOFState: .brokenOff
    case is HTTPParserError: .failed("\(error)")
    case is NIOSSLError, is BoringSSLError: .failedEncryption("\(error)")
    default: .brokenOff
    }
  }
}

/// A connection that is being opened: set by the event loop, awaited by the thread that asked.
final class ConnectionOutcome: Sendable {
  private let result = Mutex<Result<any Channel, any Error>?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  /// Notes how it went.
  func set(_ outcome: Result<any Channel, any Error>) {
    result.withLock { $0 = outcome }
    isSet.signal()
  }

  /// Waits for it.
  ///
  /// - Parameter milliseconds: the longest wait.
  /// - Returns: nil if it is not known yet.
  func wait(milliseconds: Int) -> Result<any Channel, any Error>? {
    _ = isSet.wait(timeout: .now() + .milliseconds(milliseconds))
    return result.withLock { $0 }
  }
}
