import CSpecKernels

/// One implementation of the numeric kernels: the plain C reference, or an instruction set's.
/// All of them give the same bits.
public struct KernelSet: Sendable, CustomStringConvertible {
  nonisolated(unsafe) let native: OpaquePointer  // points at an immutable table in static storage

  /// Every set compiled into this program, the plain C reference first, the fastest last.
  public static var compiled: [KernelSet] {
    (0..<sk_kernel_set_count()).compactMap { sk_kernel_set_at($0).map(KernelSet.init(native:)) }
  }

  /// The sets that this processor can run.
  public static var supported: [KernelSet] { compiled.filter { sk_kernel_set_supported($0.native) } }

  /// The fastest supported set, or the one that `name` asks for.
  ///
  /// - Parameter name: a set's name; nil chooses.
  /// - Returns: the set.
  /// - Throws: ``KernelError/kernelSetUnavailable(name:available:)``.
  public static func choose(named name: String? = nil) throws(KernelError) -> KernelSet {
    let sets = supported
    let found = name.map { wanted in sets.last { $0.name == wanted } } ?? sets.last
    guard let found else {
      throw .kernelSetUnavailable(name: name ?? "any", available: sets.map(\.name))
    }
    return found
  }

  /// `reference`, `avx2`, `avx512` or `neon`.
  public var name: String { String(cString: sk_kernel_set_name(native)) }

  /// The set's name.
  public var description: String { name }
}
