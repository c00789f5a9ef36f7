import Foundation
import ForeignFormats
import SpecTestSupport
import Testing

/// Damaged files are read, or refused in one line that names the file: at once, and without growing.
///
/// `SPECBENCH_MUTATIONS` is the number of inputs of each format, `SPECBENCH_MUTATION_SEED` what they follow from. Where one
/// ends the process, it is the file that is left in the folder that begins with `tiny-` among the temporary ones.
@Suite struct MutationTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["SPECBENCH_MUTATIONS"].flatMap { Int($0) } ?? 300
  private static let seed = environment["SPECBENCH_MUTATION_SEED"].flatMap { UInt64($0) } ?? 1

  /// Seconds of its own that an input may take.
  private static let longest = 1.0
  /// Bytes by which the process may grow over all inputs of a format.
  private static let largestGrowth = 1 << 30

  @Test(arguments: ForeignFormat.all)
  func damagedFilesAreReadOrRefused(format: ForeignFormat) throws {
    let folder = try TinyCheckpoint()
    defer { folder.remove() }
    var mutator = Mutator(seed: Self.seed, donors: try format.seeds(folder))
    for seed in try format.seeds(folder) {
      try folder.write(Data(seed), to: format.file)
      // Nothing is shown by damage to what is not read anyway.
      if format.name != "index" { #expect(throws: Never.self) { try format.read(folder.directory) } }
    }
    let memory = Self.largestMemory
    for number in 0..<Self.count {
      let input = mutator.next()
      try folder.write(Data(input), to: format.file)
      let start = Self.threadSeconds
      let problem = format.problem(in: folder.directory)
      let seconds = Self.threadSeconds - start
      #expect(
        problem == nil,
        "\(format.name) \(number): \(problem ?? ""): \(Data(input).base64EncodedString().prefix(4000))"
      )
      #expect(seconds < Self.longest, "\(format.name) \(number): \(Data(input).base64EncodedString().prefix(4000))")
    }
    #expect(Self.largestMemory - memory < Self.largestGrowth)
  }

  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most memory that the process has had, in bytes; 0 where the system does not tell.
  private static var largestMemory: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
