import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A request that a scripted server has heard.
struct HeardRequest: Sendable {
  let method: String
  let path: String
  let headers: [String: String]
  let body: String

  /// The body as JSON.
  var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
}

/// What a scripted server does with a request.
indirect enum Reply: Sendable {
  /// A whole answer.
  case answer(status: Int, body: String)
  /// An event stream, each message in a piece of its own; `ends` as HTTP asks for.
  case stream([String], ends: Bool)
  /// The end of the connection, without a word.
  case hangUp
  /// Nothing, for ever.
  case silence
  /// Another reply, once enough requests wait at a gate.
  case together(Gate, Reply)
}

/// Where requests wait for each other.
final class Gate: Sendable {
  private let count: Int
  private let waiting = Mutex<[@Sendable () -> Void]>([])

  /// - Parameter count: how many open it; it closes behind them.
  init(count: Int) { self.count = count }

  /// Waits at the gate, and opens it where there are enough.
  func wait(_ go: @escaping @Sendable () -> Void) {
    let all = waiting.withLock { waiting -> [@Sendable () -> Void] in
      waiting.append(go)
      guard waiting.count == count else { return [] }
      defer { waiting = [] }
      return waiting
    }
    for one in all { one() }
  }
}

/// A server in this process that answers as a test tells it to, on a port that the system chooses.
final class ScriptedServer: Sendable {
  typealias Script = @Sendable (HeardRequest) -> Reply

  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  let port: Int
  private let channel: any Channel
  private let box = Box()

  /// All that was asked.
  var heard: [HeardRequest] { box.heard.withLock { $0 } }
  /// Its address.
  var url: String { "http://127.0.0.1:\(port)" }

  /// - Parameters:
  ///   - port: the port; 0 lets the system choose.
  ///   - encryption: its certificate with its key; nil for none.
  ///   - script: what to do with each request.
  /// - Throws: what binding the port throws.
  init(port: Int = 0, encryption: NIOSSLContext? = nil, _ script: @escaping Script) throws {
    // A request may still be on its way when the server is gone.
    let box = box
    channel = try ServerBootstrap(group: Self.group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let encryption {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: encryption))
          }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(box))
        }
      }
      .bind(host: "127.0.0.1", port: port).wait()
    self.port = channel.localAddress?.port ?? 0
    box.answer.withLock { answer in
      answer = { [weak box] request in
        box?.heard.withLock { $0.append(request) }
        return script(request)
      }
    }
  }

  /// A server that does not speak HTTP.
  ///
  /// - Parameter text: what it says before it closes each connection.
  /// - Throws: what binding the port throws.
  init(saying text: String) throws {
    channel = try ServerBootstrap(group: Self.group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(SayingHandler(text))
        }
      }
      .bind(host: "127.0.0.1", port: 0).wait()
    port = channel.localAddress?.port ?? 0
  }

  deinit { channel.close(promise: nil) }

  /// The script, which is known only after the port, and what it was asked.
  final class Box: Sendable {
    let heard = Mutex<[HeardRequest]>([])
    let answer = Mutex<(@Sendable (HeardRequest) -> Reply)?>(nil)
  }
}

private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let box: ScriptedServer.Box
  private var head: HTTPRequestHead?
  private var body = ""

  init(_ box: ScriptedServer.Box) { self.box = box }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): (self.head, body) = (head, "")
    case .body(let bytes): body += String(buffer: bytes)
    case .end:
      guard let head else { return }
      let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
      let request = HeardRequest(
        method: head.method.rawValue,
        path: head.uri,
        headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }),
        body: body
      )
      let reply = box.answer.withLock { $0 }?(request) ?? .hangUp
      perform(reply, context)
    }
  }

  private func perform(_ reply: Reply, _ context: ChannelHandlerContext) {
    switch reply {
    case .answer(let status, let text):
      let bytes = ByteBuffer(string: text)
      let headers = HTTPHeaders([("Content-Length", "\(bytes.readableBytes)"), ("Content-Type", "application/json")])
      write(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)), context)
      write(.body(.byteBuffer(bytes)), context)
      write(.end(nil), context)
    case .stream(let messages, let ends):
      let headers = HTTPHeaders([("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")])
      write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)), context)
      for message in messages { write(.body(.byteBuffer(ByteBuffer(string: message))), context) }
      if ends { write(.end(nil), context) } else { context.close(promise: nil) }
    case .hangUp: context.close(promise: nil)
    case .silence: break
    case .together(let gate, let reply):
      // All connections have the same event loop.
      let place = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
      gate.wait { place.value.handler.perform(reply, place.value.context) }
    }
  }

  private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(part), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

private final class SayingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let text: String

  init(_ text: String) { self.text = text }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
      loopBound.value.close(promise: nil)
    }
  }
}
