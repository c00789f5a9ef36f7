import SpecEngines
import Testing

@Suite struct ServerAddressTests {
  @Test func readsHostPortAndPath() throws {
    let plain = try ServerAddress("http://127.0.0.1:8080")
    #expect(plain.description == "http://127.0.0.1:8080")
    let deep = try ServerAddress("https://example.org/engine/")
    #expect(deep.port == 443 && deep.isEncrypted && deep.prefix == "/engine")
    #expect(try ServerAddress("http://[::1]:8000").host == "::1")
  }

  @Test(arguments: ["", "127.0.0.1:80", "ftp://a", "http://", "http://a:0", "http://a?x=1", "http://a:99999"])
  func refusesWhatIsNoAddress(text: String) {
    #expect(throws: EngineSettingError.self) { try ServerAddress(text) }
  }

  @Test func neverRepeatsAPassword() {
    do {
      _ = try ServerAddress("http://me:secret@host/")
      Issue.record("taken")
    } catch {
      #expect(!"\(error)".contains("secret") && "\(error)".contains("key-env"))
    }
  }
}
