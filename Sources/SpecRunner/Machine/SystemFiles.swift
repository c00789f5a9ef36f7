import Foundation
import SpecSuite

/// Small files in which the system tells about itself, and what they hold.
enum SystemFiles {
  /// A small file's trimmed text; nil if there is no such file, as on other systems.
  static func text(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The value after a name and a colon or equals sign, in the first line that begins with the name.
  static func field(_ name: String, in path: String) -> String? { fields(name, in: path).first }

  /// The values of all lines that begin with the name.
  static func fields(_ name: String, in path: String) -> [String] {
    (text(path) ?? "").split(separator: "\n").filter { $0.hasPrefix(name) }.compactMap { line in
      line.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == ":" || $0 == "=" }.last
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  /// The load average over the last minute, rounded to two decimals: here once, so that all that show it agree.
  static var loadAverage: Double? {
    var loads = [0.0, 0.0, 0.0]
    return getloadavg(&loads, 3) > 0 ? (loads[0] * 100).rounded() / 100 : nil
  }

  /// The mean clock frequency of some processors, in MHz.
  static func meanFrequency(of processors: [Int], root: String = "") -> Double? {
    let scaled = processors.compactMap { processor in
      text("\(root)/sys/devices/system/cpu/cpu\(processor)/cpufreq/scaling_cur_freq").flatMap(Double.init)
        .map { $0 / 1000 }
    }
    let found = scaled.isEmpty ? listedFrequencies(of: processors, root: root) : scaled
    return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
  }

  /// As `/proc/cpuinfo` lists them: of each processor its number, then other fields.
  private static func listedFrequencies(of processors: [Int], root: String) -> [Double] {
    let wanted = Set(processors)
    let numbers = fields("processor", in: root + "/proc/cpuinfo").map { Int($0) }
    let frequencies = fields("cpu MHz", in: root + "/proc/cpuinfo").map(Double.init)
    guard numbers.count == frequencies.count else { return frequencies.compactMap(\.self) }
    return zip(numbers, frequencies).compactMap { number, frequency in
      number.map(wanted.contains) == true ? frequency : nil
    }
  }
}

/// Numbers with neighbors drawn together, in their order: `1-10,41-50`.
func rangesText(_ numbers: [Int]) -> String {
  var ranges: [ClosedRange<Int>] = []
  for number in numbers {
    if let last = ranges.last, last.upperBound < number, last.upperBound == number - 1 {
      ranges[ranges.count - 1] = last.lowerBound...number
    } else {
      ranges.append(number...number)
    }
  }
  return ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    .joined(separator: ",")
}

/// The ids of questions in their order: integers with neighbors drawn together, others as they are written.
func questionsText(_ ids: [QuestionID]) -> String {
  var parts: [String] = []
  var numbers: [Int] = []
  for id in ids {
    if id.written == nil {
      numbers.append(id.key)
      continue
    }
    if !numbers.isEmpty { parts.append(rangesText(numbers)) }
    numbers = []
    parts.append(id.written ?? id.text)
  }
  if !numbers.isEmpty { parts.append(rangesText(numbers)) }
  return parts.joined(separator: ",")
}
