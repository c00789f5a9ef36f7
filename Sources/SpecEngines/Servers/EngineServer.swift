import Foundation
import SpecFiles

/// One server of an engine while a run lasts: where it is, what it tells, and the program behind it where it was started
/// here.
package final class EngineServer {
  /// Seconds that a program may take until it is ready.
  private static let startTimeout = 600

  /// What the user says of it.
  package let settings: ServerSettings
  /// How it is spoken with.
  package let dialect: any Dialect
  /// What it told of itself when it was last asked.
  package private(set) var facts = ServerFacts()
  /// Where it is, or was last.
  package private(set) var address: String
  /// Called before its program is started, where others have to be stopped for that.
  package var willStart: () -> Void = {}
  private let log: String
  private var managed: ManagedServer?
  private var server: Server?

  /// A server that is not asked anything yet.
  ///
  /// - Parameters:
  ///   - settings: what the user says of it.
  ///   - registry: the dialects.
  ///   - log: where the output of its program goes where the settings do not say.
  /// - Throws: ``EngineSettingError`` if there is no such dialect.
  package init(
    _ settings: ServerSettings,
    registry: DialectRegistry = .builtIn,
    log: String
  ) throws(EngineSettingError) {
    self.settings = settings
    dialect = try registry.dialect(named: settings.dialect)
    self.log = log
    address = settings.url ?? ""
  }

  /// Whether it can be asked.
  package var isRunning: Bool { server != nil }

  /// Starts its program, if it is to be started here, and asks it what it is.
  ///
  /// - Parameter shouldStop: asked now and then.
  /// - Throws: ``EngineFault``.
  package func start(shouldStop: () -> Bool) throws(EngineFault) {
    guard server == nil else { return }
    willStart()
    let key = try key
    let place: ServerAddress
    if let url = settings.url {
      do {
        place = try ServerAddress(url)
      } catch {
        throw .unfit(server: settings.name, problem: error.description)
      }
    } else {
      let started = try ManagedServer(settings, log: log)
      managed = started
      place = started.address
      try started.waitUntilReady(
        path: dialect.readinessPath,
        seconds: settings.startTimeout ?? Self.startTimeout,
        shouldStop: shouldStop
      )
    }
    var patience = ServerClient.Patience()
    if let timeout = settings.timeout { patience.silence = timeout }
    let client = try ServerClient(address: place, key: key, authority: settings.authority, patience: patience)
    var ready = Server(client: client, model: settings.model, isVanilla: isVanilla, usesChat: true)
    facts = try dialect.facts(ready)
    ready.model = settings.model ?? facts.model
    address = place.description
    server = ready
  }

  /// Ends its program, if it was started here; another start is possible.
  package func stop() {
    managed?.end()
    (managed, server) = (nil, nil)
  }

  /// The server, ready to be asked. A program that has ended meanwhile is started again.
  ///
  /// - Parameter shouldStop: asked now and then.
  /// - Returns: the server.
  /// - Throws: ``EngineFault``.
  package func ready(shouldStop: () -> Bool) throws(EngineFault) -> Server {
    if managed?.exitStatus() != nil { stop() }
    try start(shouldStop: shouldStop)
    guard let server else { throw .unfit(server: settings.name, problem: "it has not been started") }
    return server
  }

  /// Asks for one answer.
  ///
  /// - Parameters:
  ///   - order: what is asked for.
  ///   - shouldStop: asked ten times a second.
  /// - Returns: the answer.
  /// - Throws: ``EngineFault``.
  package func complete(_ order: CompletionOrder, shouldStop: () -> Bool) throws(EngineFault) -> ServerAnswer {
    try dialect.complete(order, ready(shouldStop: shouldStop), shouldStop: shouldStop)
  }

  /// The command that started it, for the record.
  package var commandText: String? { settings.command.map { $0.map(ShellText.argument).joined(separator: " ") } }

  private var isVanilla: Bool { settings.isBaseline || settings.drafts == 0 }

  private var key: String? {
    get throws(EngineFault) {
      guard let variable = settings.keyVariable else { return nil }
      guard let key = ProcessInfo.processInfo.environment[variable], !key.isEmpty else {
        throw .unfit(
          server: settings.name,
          problem: "the environment variable \(quoted(variable)) holds no key; set it"
        )
      }
      // A line break would end the header that the key is sent in.
      guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw .unfit(
          server: settings.name,
          problem: "the key in the environment variable \(quoted(variable)) has characters that no key has; set it anew"
        )
      }
      return key
    }
  }
}
