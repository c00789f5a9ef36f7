import SpecFiles

/// What is wrong with how a server is described.
package enum EngineSettingError: Error, Equatable, CustomStringConvertible {
  /// The address of a server cannot be used.
  case address(text: String, problem: String)
  /// A setting of a server cannot be used.
  case setting(server: String, name: String, problem: String)
  /// There is no such dialect.
  case unknownDialect(name: String, known: [String])
  /// The file of an engine is not understood.
  case file(path: String, problem: String)

  /// One sentence that says what to do.
  package var description: String {
    switch self {
    case .address(let text, let problem): "the address \(quoted(text)) \(problem)"
    case .setting(let server, let name, let problem): "\(printablePath(server)): the setting \(quoted(name)) \(problem)"
    case .unknownDialect(let name, let known):
      "there is no dialect \(quoted(name))\(nearestNameHint(for: name, among: known)); choose one of "
        + known.joined(separator: ", ")
    case .file(let path, let problem): "\(printablePath(path)): \(problem)"
    }
  }
}
