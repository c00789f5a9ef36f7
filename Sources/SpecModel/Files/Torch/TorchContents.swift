import SpecFiles
import SpecKernels

/// What torch.save put into a file: the object, and where the bytes of its storages lie. PyTorch 1.6 and later write a
/// ZIP file of stored entries; before that it was pickles with the storages behind them.
struct TorchContents {
  /// Why a file is not read.
  enum Fault: Error {
    /// It is neither a ZIP file nor of the old format.
    case foreign
    case pickle(PickleMachine.Fault)
    /// A way of writing that no PyTorch of today uses on an ordinary machine.
    case unsupported(String)
    /// A clause about the file.
    case malformed(String)
  }

  /// The machine that built the object.
  let machine: PickleMachine
  /// The object.
  let root: PickleValue
  /// The bytes of each storage in the file, by key.
  let storages: [String: Range<Int>]

  /// The most bytes of a pickle: that of ten thousand tensors has one or two million.
  private static let largestPickle = 32 << 20

  /// - Parameter file: the file.
  /// - Throws: ``Fault``.
  init(_ file: MappedFile) throws(Fault) {
    if ZipArchive.isLikely(file) {
      try self.init(zip: file)
    } else {
      try self.init(old: file)
    }
  }
}

/// The ZIP file: `NAME/data.pkl`, `NAME/byteorder` and each storage as `NAME/data/KEY` (torch/serialization.py).
extension TorchContents {
  private init(zip file: MappedFile) throws(Fault) {
    let entries: [String: ZipArchive.Entry]
    do { entries = try ZipArchive(file).entries } catch { throw .malformed(error.problem) }
    let pickles = entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.utf8.count { $0 == UInt8(ascii: "/") } == 1 }
    guard let name = pickles.first, pickles.count == 1, let pickle = entries[name] else {
      throw .malformed("it is a ZIP archive, but not one of torch.save, which has one data.pkl")
    }
    let folder = name.dropLast("data.pkl".count)
    let data = entries.filter { $0.key.hasPrefix(folder + "data/") }
    guard pickle.method == 0, data.values.allSatisfy({ $0.method == 0 }) else {
      throw .unsupported("a ZIP file with compressed entries")
    }
    if let order = entries[folder + "byteorder"], file.bytes(order.bytes, most: 8).elementsEqual("big".utf8) {
      throw .unsupported(Self.otherOrder)
    }
    guard pickle.bytes.count <= Self.largestPickle else {
      throw .malformed("its data.pkl has \(pickle.bytes.count) bytes where at most \(Self.largestPickle) are read")
    }
    var machine = PickleMachine(file.bytes(pickle.bytes, most: Self.largestPickle))
    do { root = try machine.run() } catch { throw .pickle(error) }
    self.machine = machine
    storages = Dictionary(
      uniqueKeysWithValues: data.map { (String($0.key.dropFirst(folder.count + 5)), $0.value.bytes) }
    )
  }

  private static let otherOrder = "a file whose numbers have their most significant byte first"
}

/// The format before PyTorch 1.6: pickles of a magic number, a version, the writing system, the object and the keys of
/// its storages; then each storage, a count of 64 bits before its numbers (`_legacy_save` in torch/serialization.py).
extension TorchContents {
  /// What a pickle of the magic number has after its version.
  private static let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  private init(old file: MappedFile) throws(Fault) {
    let start = file.bytes(0..<file.count, most: 2 + Self.magic.count)
    guard start.dropFirst(2).elementsEqual(Self.magic) else { throw .foreign }
    var machine = PickleMachine(file.bytes(0..<file.count, most: Self.largestPickle))
    let (system, root, keys): (PickleValue, PickleValue, PickleValue)
    do {
      _ = (try machine.run(), try machine.run())
      (system, root, keys) = (try machine.run(), try machine.run(), try machine.run())
    } catch {
      throw .pickle(error)
    }
    if let order = machine.entries(of: system)?.first(where: { $0.key == "little_endian" }),
      case .boolean(false) = order.value
    {
      throw .unsupported(Self.otherOrder)
    }
    storages = try Self.storages(machine.items(of: keys) ?? [], machine, file)
    (self.machine, self.root) = (machine, root)
  }

  private static func storages(
    _ keys: [PickleValue],
    _ machine: PickleMachine,
    _ file: MappedFile
  ) throws(Fault) -> [String: Range<Int>] {
    var (storages, place) = ([String: Range<Int>](), machine.place)
    for case .text(let key) in keys {
      guard let storage = machine.storages[key] else { continue }
      let count =
        place <= file.count - 8 ? file.withBytes { $0.loadUnaligned(fromByteOffset: place, as: Int64.self) } : -1
      let start = place + 8
      guard count >= 0, let count = Int(exactly: count), count <= (file.count - start) / storage.type.size else {
        throw .malformed("it ends inside the storage \(quoted(key))")
      }
      place = start + count * storage.type.size
      storages[key] = start..<place
    }
    return storages
  }
}

extension MappedFile {
  /// A copy of some bytes, up to a number of them.
  fileprivate func bytes(_ range: Range<Int>, most: Int) -> [UInt8] {
    withBytes { Array($0[range].prefix(most)) }
  }
}
