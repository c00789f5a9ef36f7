/// What can go wrong below the model: memory, threads, files and the choice of kernels.
public enum KernelError: Error, Sendable, CustomStringConvertible {
  /// Memory for a buffer could not be had.
  case outOfMemory(bytes: Int, purpose: String)
  /// The worker threads could not be started.
  case threadsUnavailable(count: Int)
  /// A file could not be opened or mapped.
  case unreadableFile(path: String, reason: String)
  /// A weight is too large for the type that it should be held in.
  case overflow(name: String, type: WeightType)
  /// The named kernel set does not exist or this processor cannot run it.
  case kernelSetUnavailable(name: String, available: [String])

  /// One sentence: what was found, and what to do.
  public var description: String {
    switch self {
    case .outOfMemory(let bytes, let purpose):
      "cannot allocate \(bytes / 1_000_000) MB for \(purpose): free memory or choose a smaller model or weight type"
    case .threadsUnavailable(let count):
      "cannot start \(count) threads: choose fewer with --threads"
    case .unreadableFile(let path, let reason):
      "\(path): cannot be read (\(reason)): check the path and its permissions"
    case .overflow(let name, let type):
      "a number of the tensor \(name) is too large for \(type.rawValue): choose --dtype bf16 or f32"
    case .kernelSetUnavailable(let name, let available):
      "the kernel set '\(name)' is not available on this machine: choose one of \(available.joined(separator: ", "))"
    }
  }
}
