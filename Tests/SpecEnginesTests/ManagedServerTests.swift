import Foundation
import SpecEngines
import SpecTestSupport
import Testing

/// Programs that are started and ended here.
@Suite struct ManagedServerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func start(_ script: String, port: Int? = nil) throws -> ManagedServer {
    var settings = ServerSettings(name: "played", dialect: "llama-server", command: ["/bin/sh", "-c", script])
    settings.environment = ["PLAYED": "yes"]
    settings.port = port
    return try ManagedServer(settings, log: folder.path("log"))
  }

  private func isRunning(_ process: pid_t) -> Bool {
    // One that has ended and that nobody has waited for is still there, but is no program any more.
    let state = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)).flatMap { text in
      text.split(separator: ")").last?.split(separator: " ").first
    }
    return state.map { $0 != "Z" } ?? false
  }

  /// Waits for what a program writes into a file.
  private func text(of name: String) throws -> String {
    while true {
      if let text = try? String(contentsOfFile: folder.path(name), encoding: .utf8), text.hasSuffix("\n") {
        return text
      }
      usleep(1000)
    }
  }

  @Test func waitsUntilItIsReadyAndEndsItsGroup() throws {
    let pidFile = folder.path("pid")
    let server = try start("sleep 1000 & echo $! > '\(pidFile)'; echo {port} $PLAYED; wait")
    let played = try ScriptedServer(port: server.address.port) { _ in .answer(status: 200, body: "{}") }
    try server.waitUntilReady(path: "/health", seconds: 30, shouldStop: { false })
    #expect(played.heard.first?.path == "/health")
    let child = try #require(pid_t(try text(of: "pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(try text(of: "log") == "\(server.address.port) yes\n")
    #expect(isRunning(child))
    server.end()
    #expect(!isRunning(child))
  }

  @Test func aProgramThatEndsIsToldWithItsLastWords() throws {
    let server = try start("echo 'no such model' >&2; exit 3")
    let fault = #expect(throws: EngineFault.self) {
      try server.waitUntilReady(path: "/health", seconds: 30, shouldStop: { false })
    }
    #expect(fault?.description.contains("status 3") == true && fault?.description.contains("no such model") == true)
  }

  @Test func aProgramThatIsNeverReadyIsGivenUp() throws {
    let server = try start("sleep 1000")
    let fault = #expect(throws: EngineFault.self) {
      try server.waitUntilReady(path: "/health", seconds: 0, shouldStop: { false })
    }
    #expect(fault?.description.contains("not ready") == true)
    #expect(throws: EngineFault.stopped) {
      try server.waitUntilReady(path: "/health", seconds: 30, shouldStop: { true })
    }
  }

  @Test func aProgramThatIsNotThere() throws {
    let settings = ServerSettings(name: "played", dialect: "vllm", command: ["/no/such/program"])
    let fault = #expect(throws: EngineFault.self) { try ManagedServer(settings, log: folder.path("log")) }
    #expect(fault?.description.contains("/no/such/program") == true)
  }

  @Test func aPortThatIsTakenIsNotMeasured() throws {
    let other = try ScriptedServer { _ in .hangUp }
    let fault = #expect(throws: EngineFault.self) { try start("sleep 1", port: other.port) }
    #expect(fault?.description.contains("\(other.port)") == true)
  }
}
