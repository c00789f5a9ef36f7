import Foundation
import SpecFiles

/// A server that was started here and is ended here.
package final class ManagedServer {
  /// Milliseconds that a program has to end when it is asked to.
  private static let patience = 10_000
  private static let pause: UInt32 = 50_000

  /// What the user calls the server.
  package let name: String
  /// Where it listens.
  package let address: ServerAddress
  /// Where its output goes.
  package let log: String
  private let leader: pid_t
  private var hasEnded = false

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - settings: a server with a command.
  ///   - log: where its output goes where the settings do not say.
  /// - Throws: ``EngineFault`` if the port is taken or the program cannot be started.
  package init(_ settings: ServerSettings, log: String) throws(EngineFault) {
    name = settings.name
    self.log = settings.log ?? log
    let port = try Self.port(settings)
    address = ServerAddress(localPort: port)
    let command = (settings.command ?? []).map { $0.replacing("{port}", with: "\(port)") }
    leader = try Self.start(command, environment: settings.environment ?? [:], log: self.log, name: name)
    ManagedProcesses.add(leader)
  }

  deinit { end() }

  /// Waits until the server can work.
  ///
  /// - Parameters:
  ///   - path: what answers with status 200 then.
  ///   - seconds: the longest wait.
  ///   - shouldStop: asked between tries.
  /// - Throws: ``EngineFault`` if the program has ended or is not ready in time.
  package func waitUntilReady(
    path: String,
    seconds: Int,
    shouldStop: () -> Bool
  ) throws(EngineFault) {
    var patience = ServerClient.Patience()
    (patience.connection, patience.silence) = (2, 30)
    let client = try ServerClient(address: address, patience: patience)
    let start = ContinuousClock.now
    while true {
      if shouldStop() { throw .stopped }
      if let status = exitStatus() {
        throw .unfit(server: name, problem: "the program has ended with \(status) before it was ready\(lastWords)")
      }
      // A key is not needed here by any server that is known; one that asks for it is up.
      if let response = try? client.send(.get(path), shouldStop: shouldStop), [200, 401, 403].contains(response.status)
      {
        return
      }
      guard ContinuousClock.now - start < .seconds(seconds) else {
        throw .unfit(
          server: name,
          problem: "it was not ready after \(quantity(seconds, "second"))\(lastWords); allow more with start-timeout"
        )
      }
      usleep(Self.pause)
    }
  }

  /// Asks the program to end, waits a little, and ends what is left of its group.
  package func end() {
    guard !hasEnded else { return }
    kill(-leader, SIGTERM)
    for _ in 0..<(Self.patience * 1000 / Int(Self.pause)) {
      if exitStatus() != nil { break }
      usleep(Self.pause)
    }
    kill(-leader, SIGKILL)
    if !hasEnded {
      var status: Int32 = 0
      waitpid(leader, &status, 0)
    }
    // What it has started ends a moment later, and its memory and its port are free only then.
    for _ in 0..<(1_000_000 / Int(Self.pause)) {
      guard kill(-leader, 0) == 0 else { break }
      usleep(Self.pause)
    }
    hasEnded = true
    ManagedProcesses.forget(leader)
  }

  /// How the program has ended, in words; nil while it runs.
  package func exitStatus() -> String? {
    guard !hasEnded else { return "an unknown status" }
    var status: Int32 = 0
    guard waitpid(leader, &status, WNOHANG) == leader else { return nil }
    hasEnded = true
    // What it has started may outlive it.
    kill(-leader, SIGKILL)
    ManagedProcesses.forget(leader)
    let signal = status & 0x7F
    return signal == 0 ? "status \((status >> 8) & 0xFF)" : "signal \(signal)"
  }

  /// The last line of its output, as part of a sentence.
  private var lastWords: String {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    let line = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
    return line.map { "; the last line of \(printablePath(log)) is \(quoted(String($0)))" }
      ?? "; \(printablePath(log)) is empty"
  }

  private static func port(_ settings: ServerSettings) throws(EngineFault) -> Int {
    guard let port = settings.port, port != 0 else { return try freePort(settings.name) }
    // Else another server would be measured in the place of this one.
    guard bound(to: port) != nil else {
      throw .unfit(server: settings.name, problem: "something listens on port \(port) already; choose another port")
    }
    return port
  }

  private static func freePort(_ name: String) throws(EngineFault) -> Int {
    guard let port = bound(to: 0) else { throw .unfit(server: name, problem: "the system has no free port") }
    return port
  }

  /// The port that a socket can be bound to on this machine; nil where it is taken.
  private static func bound(to port: Int) -> Int? {
    #if canImport(Glibc) || canImport(Musl)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, stream, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // Connections that have ended keep a port for a while; a server that listens keeps it all the same.
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        guard bind(descriptor, pointer, size) == 0, getsockname(descriptor, pointer, &size) == 0 else { return nil }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          Int(UInt16(bigEndian: $0.pointee.sin_port))
        }
      }
    }
  }

  private static func start(
    _ command: [String],
    environment: [String: String],
    log: String,
    name: String
  ) throws(EngineFault) -> pid_t {
    guard let program = command.first else { throw .unfit(server: name, problem: "its command is empty") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    // This process hears of requests to end in a way of its own, which the program must not inherit.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var leader: pid_t = 0
    let status = posix_spawnp(&leader, program, &actions, &attributes, &arguments, &variables)
    guard status == 0 else {
      throw .unfit(
        server: name,
        problem:
          "the program \(quoted(program)) cannot be started (\(String(cString: strerror(status)))); check command, "
          + "and that \(printablePath(log)) can be written"
      )
    }
    return leader
  }
}
