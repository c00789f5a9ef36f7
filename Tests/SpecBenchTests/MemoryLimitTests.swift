import Foundation
import SpecTestSupport
import Testing

/// What does not fit into memory is refused before it is loaded, and where that is not known, in one sentence.
@Suite final class MemoryLimitTests: ProgramTests {
  /// Runs the program with so many kibibytes of addresses.
  private func run(_ arguments: [String], kibibytes: Int) throws -> (status: Int32, errors: String) {
    let program = try RunningProgram(
      arguments,
      in: scratch,
      under: ["/bin/sh", "-c", "ulimit -v \(kibibytes) && exec \"$0\" \"$@\""]
    )
    return (program.end(within: 100), try program.errors)
  }

  /// 2.2 GB of weights where there is room for at most 1.5 GB.
  @Test func aLimitOfTheProcessCounts() throws {
    let bench = ["bench", "--shape", "tinyllama-1.1b", "--threads", "1", "--kernels", "reference"]
    let refused = try run(bench, kibibytes: 1_500_000)
    #expect(refused.status == 2, "\(refused)")
    let beginning = "specbench: tinyllama-1.1b: it does not fit into memory, since 2."
    #expect(refused.errors.hasPrefix(beginning) && refused.errors.contains("of weights in bf16 and "), "\(refused)")
    #expect(refused.errors.contains("choose --dtype int8") && refused.errors.contains("--ignore-memory"))
    #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
    // Who wants to try it all the same is told what came of it.
    let tried = try run(bench + ["--ignore-memory"], kibibytes: 1_500_000)
    #expect(tried.status == 2 && tried.errors.contains("cannot allocate "), "\(tried)")
  }
}
