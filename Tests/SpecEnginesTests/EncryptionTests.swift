import Foundation
import NIOSSL
import SpecEngines
import SpecTestSupport
import Testing

/// Encrypted connections, with a certificate that is made for the test.
@Suite struct EncryptionTests {
  private static let program = "/usr/bin/openssl"
  private static let hasProgram = FileManager.default.isExecutableFile(atPath: program)

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func certificate() throws -> (file: String, context: NIOSSLContext) {
    let (key, file) = (folder.path("key.pem"), folder.path("certificate.pem"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
      file,
      "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
    )
    return (file, try NIOSSLContext(configuration: configuration))
  }

  @Test(.enabled(if: hasProgram, "openssl is not installed"), arguments: ["localhost", "127.0.0.1"])
  func aKnownAuthorityIsTrusted(host: String) throws {
    let (file, context) = try certificate()
    let server = try ScriptedServer(encryption: context) { _ in .answer(status: 200, body: "{}") }
    let address = try ServerAddress("https://\(host):\(server.port)")
    #expect(try ServerClient(address: address, authority: file).send(.get("/")).status == 200)
    // The system knows nothing of this certificate.
    let fault = #expect(throws: EngineFault.self) { try ServerClient(address: address).send(.get("/")) }
    #expect(fault?.description.contains("encrypted") == true && fault?.mayPass == false)
  }

  @Test(.enabled(if: hasProgram, "openssl is not installed"))
  func aPlainServerIsNotTakenForAnEncryptedOne() throws {
    let server = try ScriptedServer { _ in .answer(status: 200, body: "{}") }
    let address = try ServerAddress("https://127.0.0.1:\(server.port)")
    #expect(throws: EngineFault.self) { try ServerClient(address: address).send(.get("/")) }
  }

  @Test func anAuthorityThatIsNotThere() throws {
    let address = try ServerAddress("https://127.0.0.1:1")
    #expect(throws: EngineFault.self) { try ServerClient(address: address, authority: "/no/such/file") }
  }
}
