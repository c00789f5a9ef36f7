/// Which options a command line names: the parser tells values, but not which of them are defaults.
struct GivenOptions {
  private let names: Set<String>
  /// Whether defaults count as named.
  private var countsDefaults = false

  /// - Parameter arguments: what was written after the command's name.
  init(_ arguments: [String] = Array(CommandLine.arguments.dropFirst(2))) {
    names = Set(arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) })
  }

  /// Whether one of some options is named.
  func has(_ options: String...) -> Bool { countsDefaults || options.contains(where: names.contains) }

  /// Whether one of some options stands in the command line itself.
  func names(_ options: String...) -> Bool { options.contains(where: names.contains) }

  /// The same command line, whose defaults count as named.
  var withDefaults: GivenOptions {
    var given = self
    given.countsDefaults = true
    return given
  }

  /// Whether no others are named.
  func areNoneBut(_ options: [String]) -> Bool { names.isSubset(of: options) }
}
