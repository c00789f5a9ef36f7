import Foundation

/// A descriptor that is closed with its owner.
final class OwnedDescriptor {
  /// The system's number; below 0 where nothing was opened.
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { if number >= 0 { close(number) } }
}
