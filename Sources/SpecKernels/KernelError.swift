/// Does what takes memory in the middle of a pass. Whoever decodes makes room before it begins, with `reserve`, and learns
/// there that there is none. What comes here all the same has no way back: the process ends with the sentence.
///
/// - Parameter body: takes the memory.
package func takingMemory(_ body: () throws(KernelError) -> Void) {
  do { try body() } catch { preconditionFailure("\(error)") }
}

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

/// A number of a tensor that no result may be made from.
public struct UnusableNumber: Sendable, CustomStringConvertible {
  /// The tensor's file; nil for numbers in memory.
  public let file: String?
  /// The tensor's name.
  public let tensor: String
  /// Where in the tensor it stands, from 0, row after row.
  public let place: Int
  /// How many numbers the tensor has.
  public let count: Int
  /// The number itself: NaN, infinite, or finite but too large for the type.
  public let value: Float
  /// The type that it should be held in.
  public let type: WeightType

  /// One sentence that names file, tensor and place.
  public var description: String {
    let found =
      "\(file ?? "a tensor in memory"): the tensor '\(tensor)' holds \(value) as number \(place + 1) of \(count)"
    guard value.isFinite else {
      return found
        + ", which is not a finite number: the file is damaged or its training has failed; fetch or train it again"
    }
    return found + ", too large for \(type.rawValue); choose --dtype \(type == .float16 ? "bf16 or f32" : "f32")"
  }
}
