import SpecFiles

/// A server of an engine as the user describes it: one that runs, or one that is started and stopped here.
package struct ServerSettings: Codable, Equatable, Sendable {
  /// What the decoder is called in the report.
  package var name: String
  /// The dialect's name.
  package var dialect: String
  /// Where it runs; nil for one that is started here.
  package var url: String?
  /// The program and its arguments, in which `{port}` stands for the port; nil for one that runs already.
  package var command: [String]?
  /// Variables of the environment that are added for the program.
  package var environment: [String: String]?
  /// The port that the program will listen on; nil or 0 chooses a free one.
  package var port: Int?
  /// Where the program's output goes; nil for a file beside the database.
  package var log: String?
  /// Seconds until the program must be ready.
  package var startTimeout: Int?
  /// The model's name that is sent.
  package var model: String?
  /// The environment variable that holds the key.
  package var keyVariable: String?
  /// A file of certificates that the server's is to be signed by.
  package var authority: String?
  /// Seconds that the server may keep silent.
  package var timeout: Int?
  /// Whether the others are compared with it.
  package var isBaseline: Bool
  /// The longest draft, for the record; 0 for none.
  package var drafts: Int?
  /// Anything that the reader of a report should know, such as the flags of a server that runs already.
  package var note: String?

  /// Makes settings; the properties say what each value means.
  package init(name: String, dialect: String, url: String? = nil, command: [String]? = nil, isBaseline: Bool = false) {
    self.name = name
    self.dialect = dialect
    self.url = url
    self.command = command
    self.isBaseline = isBaseline
  }

  /// The settings of a decoder spec such as `llama-server:url=http://127.0.0.1:8080,drafts=8`.
  ///
  /// - Parameters:
  ///   - dialect: the dialect's name.
  ///   - settings: names and values.
  /// - Throws: ``EngineSettingError``.
  package init(dialect: String, settings: [(name: String, value: String)]) throws(EngineSettingError) {
    self.init(name: "", dialect: dialect)
    for (name, value) in settings { try set(name, value) }
    guard url != nil else {
      throw .setting(server: dialect, name: "url", problem: "is missing; write \(dialect):url=http://127.0.0.1:8080")
    }
  }

  private mutating func set(_ name: String, _ value: String) throws(EngineSettingError) {
    switch name {
    case "url": url = try ServerAddress(value).description
    case "name": self.name = value
    case "model": model = value
    case "key-env": keyVariable = value
    case "ca": authority = value
    case "note": note = value
    case "timeout": timeout = try number(name, value, in: 1...86400)
    case "drafts": drafts = try number(name, value, in: 0...65536)
    case "baseline":
      guard ["true", "false"].contains(value) else {
        throw .setting(server: dialect, name: name, problem: "is \(quoted(value)); choose true or false")
      }
      isBaseline = value == "true"
    default:
      let known = ["url", "name", "model", "key-env", "ca", "note", "timeout", "drafts", "baseline"]
      throw .setting(
        server: dialect,
        name: name,
        problem: "is not known\(nearestNameHint(for: name, among: known)); there are \(known.joined(separator: ", "))"
      )
    }
  }

  private func number(
    _ name: String,
    _ value: String,
    in range: ClosedRange<Int>
  ) throws(EngineSettingError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw .setting(
        server: dialect,
        name: name,
        problem: "is \(quoted(value)); choose a number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return number
  }

  /// The settings as a decoder spec, for the record: equal for equal settings.
  package var specText: String {
    let all: [(String, String?)] = [
      ("name", name), ("url", url), ("command", command?.joined(separator: " ")), ("model", model),
      ("drafts", drafts.map(String.init)), ("note", note),
    ]
    return "\(dialect):" + all.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: ",")
  }
}

/// Who writes the conversation as a prompt.
package enum PromptAuthor: String, Codable, Sendable {
  /// The server, by the model's own template.
  case server
  /// This program: by the template and the tokenizer of the model's files where they are given, else by the suite's template.
  case here
}

/// One engine: a server without speculation and servers with it, all of the same model.
package struct EngineSettings: Codable, Equatable, Sendable {
  /// What the engine is called.
  package var name: String
  /// Whether its servers cannot run at the same time.
  package var isExclusive = false
  /// Who writes prompts.
  package var prompts = PromptAuthor.server
  /// The files of the model behind the servers, by whose template and tokenizer prompts are written here; absolute.
  package private(set) var model: String?
  /// The servers, the baseline first.
  package var servers: [ServerSettings]

  /// Makes an engine of its servers.
  ///
  /// - Parameters:
  ///   - name: what the engine is called; nil for its dialect's name.
  ///   - servers: the baseline anywhere among them, or the first where none is marked.
  ///   - place: what to name in an error.
  /// - Throws: ``EngineSettingError`` if they do not make one engine.
  package init(name: String? = nil, servers: [ServerSettings], place: String) throws(EngineSettingError) {
    guard let first = servers.first else {
      throw .file(path: place, problem: "it names no server; give a list of servers")
    }
    if let other = servers.first(where: { $0.dialect != first.dialect }) {
      throw .file(
        path: place,
        problem: "it has servers of \(first.dialect) and of \(other.dialect); speedups are formed inside one engine: "
          + "measure each in a run of its own and compare the reports"
      )
    }
    let marked = servers.indices.filter { servers[$0].isBaseline }
    guard marked.count <= 1 else {
      throw .file(path: place, problem: "\(marked.count) servers are marked as baseline; mark one")
    }
    var ordered = servers
    var baseline = ordered.remove(at: marked.first ?? 0)
    baseline.isBaseline = true
    if let drafts = baseline.drafts, drafts > 0 {
      throw .setting(
        server: baseline.name.isEmpty ? baseline.dialect : baseline.name,
        name: "drafts",
        problem:
          "is \(drafts), but this server is the baseline, which must draft nothing; mark another with baseline=true"
      )
    }
    if baseline.name.isEmpty { baseline.name = "vanilla" }
    var used = Set([baseline.name])
    for index in ordered.indices {
      let stem = ordered[index].name.isEmpty ? ordered[index].dialect : ordered[index].name
      var (name, number) = (stem, 1)
      while !used.insert(name).inserted {
        guard ordered[index].name.isEmpty else {
          throw .file(path: place, problem: "two servers are called \(quoted(name)); give each its own name")
        }
        number += 1
        name = "\(stem)-\(number)"
      }
      ordered[index].name = name
    }
    self.name = name ?? first.dialect
    self.servers = [baseline] + ordered
  }

  /// Has prompts written here by the template and the tokenizer of a model's files.
  ///
  /// - Parameter path: a folder in Hugging Face layout, or a GGUF file, from the working directory on.
  package mutating func writePrompts(byModel path: String) {
    model = FilePlace.absolute(path)
    prompts = .here
  }
}
