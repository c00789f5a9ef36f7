import NIOCore
import NIOHTTP1
import NIOPosix
import SpecFiles
import Synchronization

/// An HTTP server for a model. It computes nothing itself: a ``DecodingLoop`` does.
package final class Server: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  /// The port that it listens at.
  package let port: Int

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - host: an address of this machine, or a name of it.
  ///   - port: the port; 0 takes a free one.
  ///   - service: what answers.
  /// - Throws: ``UnusableAddress`` if it cannot listen there.
  package init(host: String, port: Int, service: Service) throws(UnusableAddress) {
    let open = OpenConnections()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        guard open.count.add(1, ordering: .relaxed).newValue <= service.connectionLimit else {
          open.count.subtract(1, ordering: .relaxed)
          return channel.close()
        }
        channel.closeFuture.whenComplete { _ in open.count.subtract(1, ordering: .relaxed) }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          let idle = IdleStateHandler(readTimeout: service.patience)
          try channel.pipeline.syncOperations.addHandlers(idle, Connection(service))
        }
      }
    do {
      channel = try bootstrap.bind(host: host, port: port).wait()
    } catch {
      try? group.syncShutdownGracefully()
      throw UnusableAddress(host: host, port: port, reason: "\(error)")
    }
    self.group = group
    self.port = channel.localAddress?.port ?? port
  }

  /// Ends the server; what was written leaves before. Blocks; not to be called by its own threads.
  package func stop() {
    try? channel.close().wait()
    // What was written before goes to the system before this.
    try? group.next().submit {}.wait()
    try? group.syncShutdownGracefully()
  }
}

/// How many connections are open.
private final class OpenConnections: Sendable {
  let count = Atomic(0)
}

/// An address that cannot be listened at.
package struct UnusableAddress: Error, CustomStringConvertible {
  /// The host that was asked for.
  let host: String
  /// The port that was asked for.
  let port: Int
  /// What the system says.
  let reason: String

  /// One sentence with what to do.
  package var description: String {
    "\(host):\(port): the server cannot listen there (\(reason)); choose another --port, or 0 for a "
      + "free one"
  }
}
