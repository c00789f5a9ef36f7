import Foundation
import SpecKernels
import SpecStore

/// Notes what else the machine does while a repeat is measured.
package struct RepeatWatch {
  private let repeatIndex: Int
  private let attempt: Int
  private let warnings: [String]
  /// Whether what other processes take speaks against the repeat: not where one of them is the server that computes.
  private let mindsOthers: Bool
  private let startedAt: Date
  /// The processors that this process may use; they may change meanwhile, and what is compared must be the same.
  private let processors: [Int]
  private let before: MachineState

  /// - Parameters:
  ///   - repeatIndex: the repeat that begins, from 0.
  ///   - attempt: which attempt at the run measures it, from 0.
  ///   - warnings: what already speaks against the repeat before it begins, one sentence each.
  ///   - mindsOthers: whether what other processes take speaks against the repeat.
  ///   - date: the present moment.
  init(repeatIndex: Int, attempt: Int, warnings: [String], mindsOthers: Bool, at date: Date) {
    self.repeatIndex = repeatIndex
    self.mindsOthers = mindsOthers
    self.attempt = attempt
    self.warnings = warnings
    startedAt = date
    processors = Processors.affinity
    before = MachineState(of: processors)
  }

  /// What happened since the watch was made.
  ///
  /// - Parameters:
  ///   - news: what else has turned out to speak against the repeat, one sentence each.
  ///   - date: the present moment.
  /// - Returns: the repeat's conditions.
  func condition(_ news: [String], at date: Date) -> RepeatCondition {
    let after = MachineState(of: processors)
    var condition = RepeatCondition(
      repeatIndex: repeatIndex,
      attempt: attempt,
      startedAt: startedAt,
      finishedAt: date,
      loadAverage: after.loadAverage,
      frequencyMegahertz: before.frequency,
      finalFrequencyMegahertz: after.frequency,
      swappedPages: after.swappedPages.flatMap { now in before.swappedPages.map { now - $0 } },
      onBattery: [before.onBattery, after.onBattery].compactMap(\.self).max { !$0 && $1 }
    )
    if let first = before.processors, let last = after.processors, last.total > first.total {
      let total = last.total - first.total
      let own = after.ownSeconds - before.ownSeconds
      // The kernel's counters tick a hundred times a second, so a short repeat may seem to have less than its own time.
      condition.otherShare = max(0, last.busy - first.busy - own) / total
      condition.stealShare = max(0, last.stolen - first.stolen) / total
    }
    var judged = condition
    if !mindsOthers { judged.otherShare = nil }
    condition.warnings = warnings + news + Self.warnings(judged)
    return condition
  }

  /// Up to here nothing is doubtful: shares of the processors' time, and how far the clock may go.
  private enum Limit {
    static let otherShare = 0.05
    static let stealShare = 0.01
    static let clockChange = 0.05
  }

  /// What makes a repeat doubtful, one sentence each.
  package static func warnings(_ condition: RepeatCondition) -> [String] {
    var warnings: [String] = []
    if let share = condition.otherShare, share > Limit.otherShare {
      warnings.append("Other processes took \(percent(share)) of the processors' time.")
    }
    if let share = condition.stealShare, share > Limit.stealShare {
      warnings.append("The hypervisor gave \(percent(share)) of the processors' time to others.")
    }
    if let first = condition.frequencyMegahertz, let last = condition.finalFrequencyMegahertz, first > 0,
      abs(last / first - 1) > Limit.clockChange
    {
      warnings.append("The clock went from \(Int(first.rounded())) to \(Int(last.rounded())) MHz.")
    }
    if let pages = condition.swappedPages, pages > 0 { warnings.append("\(pages) pages of memory were swapped.") }
    if condition.onBattery == true { warnings.append("The machine ran on its battery.") }
    return warnings
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

/// What the system tells of itself at one moment; nil for what it does not tell.
private struct MachineState {
  var processors: ProcessorTimes?
  /// Seconds of processor time of this process.
  var ownSeconds: Double
  var loadAverage: Double?
  var frequency: Double?
  var swappedPages: Int?
  var onBattery: Bool?

  /// - Parameter processors: the numbers of the processors that the process may use.
  init(of processors: [Int]) {
    self.processors = ProcessorTimes.now(of: processors)
    ownSeconds = OwnTime.seconds
    loadAverage = SystemFiles.loadAverage
    frequency = SystemFiles.meanFrequency(of: processors)
    swappedPages = Self.swapped
    onBattery = Self.battery
  }

  private static var swapped: Int? {
    guard let text = SystemFiles.text("/proc/vmstat") else { return nil }
    let counts = text.split(separator: "\n").filter { $0.hasPrefix("pswpin ") || $0.hasPrefix("pswpout ") }
      .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    return counts.count == 2 ? counts[0] + counts[1] : nil
  }

  /// Whether a battery is being discharged; nil on a machine without one.
  private static var battery: Bool? {
    let folder = "/sys/class/power_supply"
    guard let supplies = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
    let batteries = supplies.filter { SystemFiles.text("\(folder)/\($0)/type") == "Battery" }
    guard !batteries.isEmpty else { return nil }
    return batteries.contains { SystemFiles.text("\(folder)/\($0)/status") == "Discharging" }
  }
}
