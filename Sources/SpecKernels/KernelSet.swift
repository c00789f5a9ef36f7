import CSpecKernels

/// One implementation of the numeric kernels: the plain C reference, or an instruction set's.
/// All of them give the same bits.
public struct KernelSet: Sendable, CustomStringConvertible {
  nonisolated(unsafe) let native: OpaquePointer  // points at an immutable table in static storage

  /// The names of all sets that there are, on processors of any kind.
  public static let names = ["reference", "avx2", "avx512", "neon"]

  /// Every set compiled into this program, the plain C reference first, the fastest last.
  public static var compiled: [KernelSet] {
    (0..<sk_kernel_set_count()).compactMap { sk_kernel_set_at($0).map(KernelSet.init(native:)) }
  }

  /// The sets that this processor can run.
  public static var supported: [KernelSet] { compiled.filter { sk_kernel_set_supported($0.native) } }

  /// The supported set of this name.
  ///
  /// - Parameter name: a set's name.
  /// - Returns: the set.
  /// - Throws: ``KernelError/kernelSetUnavailable(name:available:)``.
  public static func choose(named name: String) throws(KernelError) -> KernelSet {
    guard let found = supported.last(where: { $0.name == name }) else {
      throw .kernelSetUnavailable(name: name, available: supported.map(\.name))
    }
    return found
  }

  /// What was found when the sets of this machine were compared with the reference.
  public struct Selection: Sendable {
    /// The fastest set that agrees with the reference.
    public let set: KernelSet
    /// Faster sets that do not, each with the kernels that differ.
    public let rejected: [(set: KernelSet, kernels: [String])]
  }

  /// The fastest set whose outputs are the reference's, compared once in the life of the process.
  ///
  /// - Returns: the set, and the sets that had to be passed over.
  /// - Throws: ``KernelError`` if there is no memory for the comparison.
  public static func select() throws(KernelError) -> Selection {
    try selection.get()
  }

  private static let selection = Result<Selection, KernelError> { () throws(KernelError) in
    var rejected: [(set: KernelSet, kernels: [String])] = []
    for set in supported.reversed() {
      let differences = try KernelCheck.differences(of: set)
      if differences.isEmpty { return Selection(set: set, rejected: rejected) }
      rejected.append((set, differences))
    }
    throw .kernelSetUnavailable(name: "any", available: [])
  }

  /// `reference`, `avx2`, `avx512` or `neon`.
  public var name: String { String(cString: sk_kernel_set_name(native)) }

  /// The set's name.
  public var description: String { name }
}
