/// What tells specs of one method apart.
enum SettingDifferences {
  /// The settings of each spec that not all of them have.
  ///
  /// - Parameter specs: specs like `kangaroo:steps=6,threshold=0.6`, all of one method.
  /// - Returns: for each spec its own settings, `threshold=0.6`; empty where nothing differs. A file is named by its last
  ///   part where that is enough.
  static func texts(_ specs: [String]) -> [String] {
    let settings = specs.map(settings)
    let common = settings.map { Set($0) }.reduce(nil as Set<String>?) { $0?.intersection($1) ?? $1 } ?? []
    let own = settings.map { $0.filter { !common.contains($0) } }
    let (long, short) = (own.map { $0.joined(separator: ",") }, own.map { $0.map(shortened).joined(separator: ",") })
    return Set(short).count == Set(long).count ? short : long
  }

  /// The parts of a spec after the method.
  private static func settings(_ spec: String) -> [String] {
    spec.drop { $0 != ":" }.dropFirst().split(separator: ",").map(String.init)
  }

  /// `adapter=…/second` for `adapter=/models/demo/second`.
  private static func shortened(_ setting: String) -> String {
    guard let equals = setting.firstIndex(of: "="), let slash = setting.lastIndex(of: "/"), equals < slash else {
      return setting
    }
    return setting[...equals] + "…" + setting[slash...]
  }
}
