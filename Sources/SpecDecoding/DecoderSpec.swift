/// A method with settings, written `kangaroo:exit=2,steps=6,threshold=0.6`.
public struct DecoderSpec: Sendable, Equatable, CustomStringConvertible {
  /// The method's name in the registry.
  public let method: String
  /// The settings that were given, in the order they were written.
  public let settings: [(name: String, value: String)]

  /// - Parameters:
  ///   - method: the method's name.
  ///   - settings: names and values.
  public init(method: String, settings: [(name: String, value: String)] = []) {
    self.method = method
    self.settings = settings
  }

  /// Reads one spec.
  ///
  /// - Parameter text: `method` or `method:name=value,name=value`.
  /// - Throws: ``DecodingError/malformedSpec(text:problem:)``.
  public init(_ text: some StringProtocol) throws(DecodingError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let method = (parts.first ?? "").trimmed
    guard !method.isEmpty else { throw .malformedSpec(text: String(text), problem: "the method's name is missing") }
    guard parts.count == 2 else {
      self.init(method: method)
      return
    }
    var settings: [(name: String, value: String)] = []
    for setting in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let sides = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw .malformedSpec(text: String(text), problem: "'\(setting)' is not of the form name=value")
      }
      guard !settings.contains(where: { $0.name == sides[0] }) else {
        throw .malformedSpec(text: String(text), problem: "'\(sides[0])' is given twice")
      }
      settings.append((sides[0], sides[1]))
    }
    self.init(method: method, settings: settings)
  }

  /// Reads a list of specs separated by commas: `vanilla,kangaroo:exit=2,steps=6,medusa:tree=small`.
  /// A part of the form `name=value` belongs to the spec before it.
  ///
  /// - Parameter text: the list.
  /// - Returns: the specs in their order.
  /// - Throws: ``DecodingError/malformedSpec(text:problem:)``.
  public static func list(_ text: String) throws(DecodingError) -> [DecoderSpec] {
    var specs: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let equals = part.firstIndex(of: "=")
      let colon = part.firstIndex(of: ":")
      let continues = equals.map { equals in colon.map { equals < $0 } ?? true } ?? false
      if continues, let last = specs.popLast() {
        specs.append(last + (last.contains(":") ? "," : ":") + part)
      } else {
        specs.append(String(part))
      }
    }
    guard specs.count == 1 || !specs.contains(where: { $0.trimmed.isEmpty }) else {
      throw .malformedSpec(text: text, problem: "a part between commas is empty")
    }
    var list: [DecoderSpec] = []
    for spec in specs { list.append(try DecoderSpec(spec)) }
    return list
  }

  /// The spec as it would be written.
  public var description: String {
    settings.isEmpty ? method : method + ":" + settings.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
  }

  /// Whether both would be written alike.
  public static func == (a: DecoderSpec, b: DecoderSpec) -> Bool { a.description == b.description }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
