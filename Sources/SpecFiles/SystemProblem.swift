import Foundation

/// Why the system refused to open, make or write a file, in words for a user.
public struct SystemProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system's error number, such as `ENOSPC`.
  public let code: Int32

  /// - Parameter code: the system's error number.
  public init(code: Int32) { self.code = code }

  /// The error of the system call that has just failed on this thread.
  public static var last: SystemProblem { SystemProblem(code: errno) }

  /// What is wrong, a semicolon, and what to do: what follows a file's name and a colon.
  public var description: String {
    switch code {
    case ENOSPC: "the disk is full; free some space, or name a path on another disk"
    case EDQUOT: "your disk quota is used up; free some space, or name a path on another disk"
    case EROFS: "the file system is read-only; name a path elsewhere"
    case EACCES, EPERM: "permission is denied; check the permissions of the file and its folder, or name another path"
    case EISDIR: "this is a folder; name a file in it"
    case ENOTDIR: "a part of the path is not a folder; correct the path"
    case ENOENT: "the folder is not there; make it, or correct the path"
    case EEXIST: "there is a file of this name; name another path, or move the file away"
    case ENAMETOOLONG: "the name is too long; choose a shorter one"
    case ELOOP: "its symbolic links lead in a circle; name the file itself"
    case EFBIG: "the file grows larger than the file system or the limit of the process allows; name another disk"
    case EIO: "the disk or the terminal reports a failure; check it, or name another path"
    case EMFILE, ENFILE: "too many files are open; close other programs, or raise the limit"
    case ENOMEM: "there is not enough memory; close other programs"
    case ETXTBSY, EBUSY: "the file is in use by the system; name another path"
    case EPIPE: "nobody reads it any more; keep the reader running"
    case ENXIO: "nobody reads this pipe, or there is no such device; start the reader first, or name a file"
    case EBADF: "it is closed; open it, or name a file with an option"
    case EINVAL, EILSEQ: "the file system does not accept the name; choose another one"
    case ENOLCK, ENOTSUP, EOPNOTSUPP, ENOSYS: "the file system does not support it; name a path on another disk"
    case ESTALE: "the file system was taken away; mount it again, or name another path"
    default: "the system reports '\(String(cString: strerror(code)))'; name another path"
    }
  }
}
