import Foundation

/// Processor time of this process, over all its threads.
enum OwnTime {
  /// Seconds so far; 0 where the system does not tell.
  static var seconds: Double {
    var time = timespec()
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0
      ? Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 : 0
  }
}
