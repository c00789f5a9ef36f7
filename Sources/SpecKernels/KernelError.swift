/// What can go wrong below the model: memory, threads, files and the choice of kernels.
public enum KernelError: Error, Sendable, CustomStringConvertible {
  /// Memory for a buffer could not be had.
  case outOfMemory(bytes: Int, purpose: String)
  /// The worker threads could not be started.
  case threadsUnavailable(count: Int)
  /// A file could not be opened or mapped.
  case unreadableFile(path: String, reason: String)
  /// A mapped file was written to.
  case changedFile(path: String, isShorter: Bool)
  /// A weight is not finite, or too large for the type that it should be held in.
  case unusableNumber(UnusableNumber)
  /// The named kernel set does not exist or this processor cannot run it.
  case kernelSetUnavailable(name: String, available: [String])

  /// One sentence: what was found, and what to do.
  public var description: String {
    switch self {
    case .outOfMemory(let bytes, let purpose):
      "cannot allocate \(bytes / 1_000_000) MB for \(purpose); free memory or choose a smaller model or weight type"
    case .threadsUnavailable(let count):
      "cannot start \(count) threads; choose fewer with --threads"
    case .unreadableFile(let path, let reason):
      "\(path): it cannot be read (\(reason)); check the path and its permissions"
    case .changedFile(let path, let isShorter):
      "\(path): it \(isShorter ? "became shorter" : "was written to") while it was in use; restore it and run the command again, with --resume where there is "
        + "that option"
    case .unusableNumber(let number):
      number.description
    case .kernelSetUnavailable(let name, let available):
      "the kernel set '\(name)' is not available on this machine; choose one of \(available.joined(separator: ", "))"
    }
  }
}
