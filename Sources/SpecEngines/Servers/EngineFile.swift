import Foundation
import SpecFiles
import Yams

/// Reads the file that describes an engine: YAML, or JSON where the name ends so.
package enum EngineFile {
  private typealias Field = JSONField<EngineSettingError>
  /// More values than any such file has; a small file could refer to parts of itself again and again.
  private static let mostValues = 10_000
  private static let deepest = 16
  private static let memberNames = ["engine", "dialect", "exclusive", "prompts", "model", "servers"]
  private static let serverNames = [
    "name", "dialect", "url", "command", "env", "port", "log", "start-timeout", "model", "key-env", "ca", "timeout",
    "baseline", "drafts", "note",
  ]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - registry: the dialects.
  /// - Returns: the engine.
  /// - Throws: ``EngineSettingError``.
  package static func read(
    _ path: String,
    registry: DialectRegistry = .builtIn
  ) throws(EngineSettingError) -> EngineSettings {
    let field: Field
    if path.hasSuffix(".json") {
      field = try Field(file: path)
    } else {
      let text = try InputFile<EngineSettingError>.text(of: path, limit: 1 << 20)
      field = Field(try yaml(text, path), file: path)
    }
    try checkNames(of: field, among: memberNames)
    let dialect = try field.member("dialect").unlessNull?.string()
    var servers: [ServerSettings] = []
    for server in try field.member("servers").elements() {
      servers.append(try inFile(path) { () throws(EngineSettingError) in try read(server, dialect: dialect, registry) })
    }
    let name = try field.member("engine").unlessNull?.string()
    let known = servers
    var engine = try inFile(path) { () throws(EngineSettingError) in
      try EngineSettings(name: name, servers: known, place: path)
    }
    engine.isExclusive = try field.member("exclusive").unlessNull?.boolean() ?? false
    if let prompts = try field.member("prompts").unlessNull {
      guard let writer = PromptAuthor(rawValue: try prompts.string()) else {
        throw prompts.mismatch(expected: "\"server\" or \"here\"")
      }
      engine.prompts = writer
    }
    if let model = try field.member("model").unlessNull {
      guard try field.member("prompts").unlessNull == nil || engine.prompts == .here else {
        throw .file(
          path: path,
          problem:
            "it names a model, by whose template prompts are written here, and the server as who writes them; leave "
            + "prompts or model away"
        )
      }
      engine.writePrompts(byModel: try model.string())
    }
    return engine
  }

  /// Names the file in an error that does not.
  private static func inFile<Result>(
    _ path: String,
    _ body: () throws(EngineSettingError) -> Result
  ) throws(EngineSettingError) -> Result {
    do {
      return try body()
    } catch {
      if case .file = error { throw error }
      throw .file(path: path, problem: error.description)
    }
  }

  private static func read(
    _ field: Field,
    dialect: String?,
    _ registry: DialectRegistry
  ) throws(EngineSettingError) -> ServerSettings {
    try checkNames(of: field, among: serverNames)
    let dialectField = try field.member("dialect")
    guard let name = try dialectField.unlessNull?.string() ?? dialect else {
      throw dialectField.mismatch(expected: "a dialect, one of \(registry.names.joined(separator: ", ")),")
    }
    let known = try registry.dialect(named: name)
    var server = ServerSettings(name: try field.member("name").unlessNull?.string() ?? "", dialect: name)
    server.url = try field.member("url").unlessNull.map { (url) throws(EngineSettingError) in
      try ServerAddress(url.string()).description
    }
    server.command = try command(field.member("command"))
    guard (server.url == nil) != (server.command == nil) else {
      throw field.mismatch(expected: "either \"url\", for a server that runs, or \"command\", for one to be started,")
    }
    if let command = server.command { try check(command, of: known, field) }
    server.environment = try environment(field.member("env"))
    server.port = try integer(field.member("port"), in: 0...65535)
    server.log = try field.member("log").unlessNull?.string()
    server.startTimeout = try integer(field.member("start-timeout"), in: 1...86400)
    server.model = try field.member("model").unlessNull?.string()
    server.keyVariable = try field.member("key-env").unlessNull?.string()
    server.authority = try field.member("ca").unlessNull?.string()
    server.timeout = try integer(field.member("timeout"), in: 1...86400)
    server.isBaseline = try field.member("baseline").unlessNull?.boolean() ?? false
    server.drafts = try integer(field.member("drafts"), in: 0...65536)
    server.note = try field.member("note").unlessNull?.string()
    return server
  }

  /// A list of a program and its arguments, or a text for the shell.
  private static func command(_ field: Field) throws(EngineSettingError) -> [String]? {
    guard let field = field.unlessNull else { return nil }
    if let text = field.value?.text { return ["/bin/sh", "-c", "exec \(text)"] }
    var parts: [String] = []
    for part in try field.elements() {
      switch part.value {
      case .integer(let number)?: parts.append("\(number)")
      default: parts.append(try part.string())
      }
    }
    guard !parts.isEmpty else { throw field.mismatch(expected: "a program and its arguments") }
    return parts
  }

  /// Refuses arguments that spoil the measurement, and keys, which would be stored with the run.
  private static func check(
    _ command: [String],
    of dialect: any Dialect,
    _ field: Field
  ) throws(EngineSettingError) {
    let words = command.flatMap { $0.split(separator: " ").map(String.init) }
    for (argument, reason) in dialect.forbiddenArguments
    where words.contains(where: { $0 == argument || $0.hasPrefix("\(argument)=") }) {
      throw .file(path: field.file, problem: "\(field.path).command has \(argument), which \(reason); leave it away")
    }
    if words.contains(where: { $0 == "--api-key" || $0.hasPrefix("--api-key=") }) {
      throw .file(
        path: field.file,
        problem: "\(field.path).command has --api-key, and commands are stored with the run; put the key into the "
          + "environment variable that the server reads, and name it with key-env"
      )
    }
  }

  private static func environment(_ field: Field) throws(EngineSettingError) -> [String: String]? {
    guard let field = field.unlessNull else { return nil }
    var variables: [String: String] = [:]
    for (name, value) in try field.members() {
      switch value.value {
      case .integer(let number)?: variables[name] = "\(number)"
      default: variables[name] = try value.string()
      }
    }
    return variables
  }

  private static func integer(
    _ field: Field,
    in range: ClosedRange<Int>
  ) throws(EngineSettingError) -> Int? {
    guard let field = field.unlessNull else { return nil }
    let number = try field.integer()
    guard range.contains(number) else {
      throw field.mismatch(expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func checkNames(of field: Field, among known: [String]) throws(EngineSettingError) {
    for (name, value) in try field.members() where !known.contains(name) {
      throw .file(
        path: field.file,
        problem: "\(quoted(value.path)) is not known\(nearestNameHint(for: name, among: known)); there are "
          + known.joined(separator: ", ")
      )
    }
  }

  private static func yaml(_ text: String, _ path: String) throws(EngineSettingError) -> JSONValue {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      let line = (error as? YamlError).flatMap(line).map { ", line \($0)" } ?? ""
      throw .file(
        path: "\(path)\(line)",
        problem: "it is no YAML; check the indentation there, or write JSON into a file.json"
      )
    }
    guard let node else { throw .file(path: path, problem: "it is empty; describe an engine and its servers") }
    var left = mostValues
    return try value(node, path, depth: 0, &left)
  }

  private static func line(of error: YamlError) -> Int? {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    default: nil
    }
  }

  private static func value(
    _ node: Node,
    _ path: String,
    depth: Int,
    _ left: inout Int
  ) throws(EngineSettingError) -> JSONValue {
    left -= 1
    guard left > 0, depth < deepest else {
      throw .file(
        path: path,
        problem: "it has more than \(mostValues) values or is nested too deeply; write it out plainly"
      )
    }
    switch node {
    case .mapping(let mapping):
      var members: [JSONMember] = []
      for (key, element) in mapping {
        members.append(JSONMember(key.string ?? "", try value(element, path, depth: depth + 1, &left)))
      }
      return .object(members)
    case .sequence(let sequence):
      var elements: [JSONValue] = []
      for element in sequence { elements.append(try value(element, path, depth: depth + 1, &left)) }
      return .array(elements)
    case .scalar(let scalar):
      if scalar.style == .plain {
        if let number = node.int { return .integer(number) }
        if let truth = node.bool { return .boolean(truth) }
        if node.null != nil { return .null }
      }
      return .text(scalar.string)
    case .alias:
      throw .file(path: path, problem: "it has an alias that is not resolved; write the part out")
    }
  }
}

extension EngineSettingError: InputFailure {
  /// The error of a file that cannot be read or is not as it must be.
  package init(_ problem: InputProblem, file: String) {
    let fault = problem.fault
    self = .file(path: fault.place(in: file), problem: "\(fault.clause); \(fault.advice)")
  }
}
