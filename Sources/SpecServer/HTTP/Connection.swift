import Dispatch
import NIOCore
import NIOHTTP1

/// A request as it came, its body whole.
struct HTTPRequest: Sendable {
  let head: HTTPRequestHead
  let body: [UInt8]

  /// The path without what follows a question mark.
  var path: String { String(head.uri.prefix { $0 != "?" }) }
}

/// One connection: collects requests and hands them on, and hears when the client goes.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// The most bytes of a refused body that are read.
  private static let mostDropped = 64 << 20

  private let service: Service
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var dropped = 0
  private var reply: Reply?

  init(_ service: Service) { self.service = service }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let bytes): append(bytes, context)
    case .end: end(context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    reply?.leave()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    reply?.leave()
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // A client that says nothing has its place taken, unless it waits for an answer.
    if event is IdleStateHandler.IdleStateEvent, reply?.isDone ?? true { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    self.head = head
    (body, dropped) = ([], 0)
    let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    if length > service.bodyLimit { return refuseBody(context) }
    if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
      let go = HTTPResponseHead(version: .http1_1, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
    }
  }

  private func append(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    guard head != nil else {
      // A client that reads only after it has written everything is let write, up to a point.
      dropped += bytes.readableBytes
      if dropped > Self.mostDropped { context.close(promise: nil) }
      return
    }
    if body.count + bytes.readableBytes > service.bodyLimit { return refuseBody(context) }
    body += bytes.readableBytesView
  }

  private func refuseBody(_ context: ChannelHandlerContext) {
    (head, body) = (nil, [])
    let reply = Reply(context.channel, keepsAlive: true, version: .http1_1)
    self.reply = reply
    reply.refuse(
      Refusal(413, "the body has more than \(service.bodyLimit) bytes; send less"),
      headers: [("Connection", "close")]
    )
  }

  private func end(_ context: ChannelHandlerContext) {
    guard let head else { return context.close(promise: nil) }
    let reply = Reply(context.channel, keepsAlive: head.isKeepAlive, version: head.version)
    self.reply = reply
    let request = HTTPRequest(head: head, body: body)
    (self.head, body) = (nil, [])
    // Reading a long prompt must not hold up other connections; what has no body takes no time.
    if head.method == .GET { return service.answer(request, reply) }
    service.work.async { [service] in service.answer(request, reply) }
  }
}
