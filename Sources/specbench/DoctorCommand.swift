import ArgumentParser
import Foundation
import SpecDocument
import SpecKernels
import SpecRunner

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what the engine runs on: processor, threads, kernel sets and whether they agree."
  )

  func run() throws {
    let start = MonotonicClock.now
    let selection = try KernelSet.select()
    let milliseconds = Double(MonotonicClock.now - start) / 1e6
    let forced = ProcessInfo.processInfo.environment["SPECBENCH_KERNELS"]
    let used = try forced.map { name throws(KernelError) in try KernelSet.choose(named: name) } ?? selection.set
    let cores = "\(Processors.physicalCores) physical within the affinity, \(Processors.availableCores) granted"
    var entries: [(label: String, text: RichText)] = [
      ("Processor", RichText(raw: Processors.name.isEmpty ? "unknown" : Processors.name)),
      ("Cores", RichText(raw: cores)), ("Compiler", RichText(raw: kernelCompiler)),
    ]
    let labelColumns = 14
    let longest = KernelSet.names.map(\.count).max() ?? 0
    for name in KernelSet.names {
      let mark = name != used.name ? "" : forced == nil ? "  <- in use" : "  <- in use, forced by SPECBENCH_KERNELS"
      let label =
        "Kernels".padding(toLength: labelColumns, withPad: " ", startingAt: 0)
        + name.padding(toLength: longest + 2, withPad: " ", startingAt: 0)
      entries.append((label, RichText([.text("\(try state(of: name))\(mark)")])))
    }
    let duration = NumberFormat.fixed(milliseconds, decimals: 1)
    entries.append(("Check", "\(duration) ms before the first use of the kernels"))
    try say(Document([.fields(Fields(labelColumns: labelColumns, entries))]))
    try say("SPECBENCH_KERNELS=NAME forces a set.")
  }

  private func state(of name: String) throws -> String {
    guard KernelSet.compiled.contains(where: { $0.name == name }) else {
      return "unverified: for processors of another kind, not in this program"
    }
    guard let set = KernelSet.supported.first(where: { $0.name == name }) else {
      return "unverified: this processor cannot run it"
    }
    let differences = try KernelCheck.differences(of: set)
    return differences.isEmpty
      ? "same bits as the reference" : "REJECTED: differs in \(differences.joined(separator: ", "))"
  }
}
