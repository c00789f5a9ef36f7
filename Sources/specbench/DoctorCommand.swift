import ArgumentParser
import SpecKernels
import SpecRunner

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what the engine runs on: processor, threads, kernel sets and whether they agree."
  )

  func run() throws {
    let selection = try KernelSet.select()
    let supported = KernelSet.supported.map(\.name)
    try say("Processor     \(Processors.name.isEmpty ? "unknown" : Processors.name)")
    try say(
      "Cores         \(Processors.physicalCores) physical within the affinity, \(Processors.availableCores) granted"
    )
    try say("Compiler      \(kernelCompiler)")
    for set in KernelSet.compiled {
      let state: String
      if !supported.contains(set.name) {
        state = "unverified: this processor cannot run it"
      } else {
        let differences = try KernelCheck.differences(of: set)
        state =
          differences.isEmpty
          ? "same bits as the reference" : "REJECTED: differs in \(differences.joined(separator: ", "))"
      }
      let mark = set.name == selection.set.name ? "  <- in use" : ""
      try say("Kernels       \(set.name.padding(toLength: 10, withPad: " ", startingAt: 0)) \(state)\(mark)")
    }
    try say("SPECBENCH_KERNELS=NAME forces a set.")
  }
}
