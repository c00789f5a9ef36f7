import Foundation
import SpecEngines
import SpecTestSupport
import Testing

/// The files and specs that describe engines.
@Suite struct EngineFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String, _ name: String = "engine.yaml") throws -> EngineSettings {
    try EngineFile.read(try folder.write(text, to: name))
  }

  private func complaint(_ text: String) throws -> String {
    let error = #expect(throws: EngineSettingError.self) { try read(text) }
    let sentence = error?.description ?? ""
    #expect(!sentence.contains("\n") && sentence.contains("engine.yaml"), "\(sentence)")
    return sentence
  }

  private static let plain = """
    engine: llama.cpp
    dialect: llama-server
    exclusive: true
    prompts: here
    servers:
      - name: fast
        command: [llama-server, -m, model.gguf, --port, "{port}", -t, 4]
        drafts: 8
        port: 8081
        env: {OMP_NUM_THREADS: 4}
      - name: vanilla
        baseline: true
        url: http://127.0.0.1:8080/
    """

  @Test func readsWhatIsWritten() throws {
    let engine = try read(Self.plain)
    #expect(engine.name == "llama.cpp" && engine.isExclusive && engine.prompts == .here)
    #expect(engine.servers.map(\.name) == ["vanilla", "fast"] && engine.servers[0].isBaseline)
    #expect(engine.servers[0].url == "http://127.0.0.1:8080")
    #expect(engine.servers[1].command == ["llama-server", "-m", "model.gguf", "--port", "{port}", "-t", "4"])
    #expect(engine.servers[1].environment == ["OMP_NUM_THREADS": "4"] && engine.servers[1].port == 8081)
  }

  @Test func aModelWritesPromptsHere() throws {
    let engine = try read("dialect: vllm\nmodel: some/model\nservers: [{url: http://a}]")
    #expect(engine.prompts == .here && engine.model?.hasPrefix("/") == true)
    #expect(engine.model?.hasSuffix("/some/model") == true)
    #expect(try read("dialect: vllm\nservers: [{url: http://a}]").model == nil)
  }

  @Test func examplesCanBeRead() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let folder = root.appending(path: "Suites/engines").standardizedFileURL.path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
    var dialects: Set<String> = []
    for file in files {
      let engine = try EngineFile.read("\(folder)/\(file)")
      #expect(engine.servers.count > 1 && engine.servers[0].isBaseline, "\(file)")
      dialects.formUnion(engine.servers.map(\.dialect))
    }
    #expect(dialects == Set(DialectRegistry.builtIn.names))
  }

  @Test func jSONSaysTheSame() throws {
    let text = """
      {"dialect": "vllm", "servers": [{"url": "http://a"}, {"url": "http://b", "drafts": 8}, {"url": "http://c"}]}
      """
    let engine = try read(text, "engine.json")
    #expect(engine.name == "vllm" && engine.servers.map(\.name) == ["vanilla", "vllm", "vllm-2"])
  }

  @Test func theFirstIsTheBaselineUnlessMarked() throws {
    let specs = [
      try ServerSettings(dialect: "openai", settings: [("url", "http://a")]),
      try ServerSettings(dialect: "openai", settings: [("url", "http://b"), ("name", "n"), ("baseline", "true")]),
    ]
    #expect(try EngineSettings(servers: specs, place: "--decoders").servers.map(\.name) == ["n", "openai"])
    #expect(try EngineSettings(servers: [specs[0]], place: "--decoders").servers.map(\.name) == ["vanilla"])
  }

  @Test(arguments: [
    ("", "empty"), ("[1, 2", "YAML"), ("servers: 3", "array"),
    ("dialect: lama\nservers: [{url: http://a}]", "llama-server"),
    ("dialect: openai\nservers: []", "no server"), ("dialect: openai\nservers: [{}]", "url"),
    ("dialect: openai\nservers: [{url: ftp://a}]", "address"), ("dialect: openai\nsrevers: []", "perhaps servers"),
    ("dialect: openai\nservers: [{url: http://a, command: [b]}]", "either"),
    ("dialect: openai\nservers: [{url: http://a, drafts: -1}]", "number"),
    ("dialect: vllm\nmodel: m\nprompts: server\nservers: [{url: http://a}]", "leave prompts or model away"),
    ("dialect: llama-server\nservers: [{command: [l, --spec-synth-len, 3]}]", "makes up"),
    ("dialect: llama-server\nservers: [{command: [l, --api-key, s3cret]}]", "key-env"),
    ("dialect: openai\nservers: [{url: http://a, baseline: true}, {url: http://b, baseline: true}]", "mark one"),
    ("dialect: openai\nservers: [{url: http://a, drafts: 4, baseline: true}]", "must draft nothing"),
    ("servers: [{url: http://a, dialect: openai}, {url: http://b, dialect: vllm}]", "one engine"),
    (
      "dialect: openai\nservers: [{url: http://a, name: x}, {url: http://b, name: y}, {url: http://c, name: y}]",
      "own name"
    ),
  ])
  func complains(text: String, hint: String) throws {
    let sentence = try complaint(text)
    #expect(sentence.contains(hint) && !sentence.contains("s3cret"), "\(sentence)")
  }

  @Test func aFileThatRepeatsItselfEnds() throws {
    var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for level in 1...12 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    _ = try complaint(text)
  }
}
