import Foundation
import SpecKernels

/// A file as torch.save writes it, made without PyTorch: a ZIP file of a pickle and of storages.
public struct TorchArchive {
  /// The file's entries in their order, by name.
  public var entries: [(name: String, bytes: [UInt8])]

  /// A state dict with a storage for each tensor.
  ///
  /// - Parameters:
  ///   - tensors: in the order in which they are stored.
  ///   - key: what the state dict lies under, beside other things; nil where it was saved alone.
  public init(_ tensors: [StoredTensor], under key: String? = nil) {
    var members = TorchPickle.orderedDictionary + TorchPickle.mark
    for (number, tensor) in tensors.enumerated() {
      members += TorchPickle.text(tensor.name) + TorchPickle.tensor(tensor, storage: "\(number)")
    }
    members += TorchPickle.setItems
    if let key {
      let others =
        TorchPickle.text("epoch") + [0x4B, 3] + TorchPickle.text("rate") + [0x47] + [UInt8](repeating: 0, count: 8)
      members =
        TorchPickle.dictionary + TorchPickle.mark + others + TorchPickle.text(key) + members + TorchPickle.setItems
    }
    self.init(pickle: TorchPickle.whole(members), storages: tensors.enumerated().map { ("\($0)", $1.bytes) })
  }

  /// A state dict as PyTorch before 1.6 wrote it: pickles, then the storages with their lengths.
  ///
  /// - Parameters:
  ///   - tensors: in the order in which they are stored.
  ///   - isLittleEndian: the order of bytes that it claims.
  /// - Returns: the file.
  public static func oldFile(_ tensors: [StoredTensor], isLittleEndian: Bool = true) -> Data {
    let keys = tensors.indices.map { TorchPickle.text("\($0)") }
    let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let system = TorchPickle.dictionary + TorchPickle.text("little_endian") + [isLittleEndian ? 0x88 : 0x89, 0x73]
    let list: [UInt8] = [0x5D, 0x28] + keys.joined() + [0x65]
    var file = Data(TorchPickle.whole(magic)) + Data(TorchPickle.whole([0x4D, 0xE9, 0x03]))
    file +=
      Data(TorchPickle.whole(system)) + Data(TorchArchive(tensors).entries[0].bytes) + Data(TorchPickle.whole(list))
    for tensor in tensors { file += Data(UInt64(tensor.count)) + Data(tensor.bytes) }
    return file
  }

  /// A file with any pickle.
  ///
  /// - Parameters:
  ///   - pickle: the program.
  ///   - storages: the numbers that it refers to, by key.
  public init(pickle: [UInt8], storages: [(String, [UInt8])] = []) {
    entries = [("archive/data.pkl", pickle), ("archive/byteorder", Array("little".utf8))]
    entries += storages.map { ("archive/data/\($0.0)", $0.1) }
    entries.append(("archive/version", Array("3\n".utf8)))
  }

  /// The whole file, with entries that are stored as they are and directory fields of 64 bits where asked for.
  ///
  /// - Parameters:
  ///   - isWide: whether sizes and places stand in extra fields, as in files of more than 4 GiB.
  ///   - method: how the entries claim to be held.
  /// - Returns: the bytes.
  public func file(isWide: Bool = false, method: UInt16 = 0) -> Data {
    var (data, directory) = (Data(), Data())
    for (name, bytes) in entries {
      let place = data.count
      let fields = Data(UInt16(20), UInt16(0), method, UInt32(0), UInt32(0))
      data += Data(UInt32(0x0403_4B50)) + fields + Data(UInt32(bytes.count), UInt32(bytes.count))
      data += Data(UInt16(name.utf8.count), UInt16(0)) + Data(name.utf8) + Data(bytes)
      let size = isWide ? UInt32.max : UInt32(bytes.count)
      let extra =
        isWide ? Data(UInt16(1), UInt16(24)) + Data(UInt64(bytes.count), UInt64(bytes.count), UInt64(place)) : Data()
      directory += Data(UInt32(0x0201_4B50), UInt16(20)) + fields + Data(size, size)
      directory += Data(UInt16(name.utf8.count), UInt16(extra.count), UInt16(0), UInt16(0), UInt16(0), UInt32(0))
      directory += Data(isWide ? UInt32.max : UInt32(place)) + Data(name.utf8) + extra
    }
    let (place, size, count) = (data.count, directory.count, UInt64(entries.count))
    data += directory
    if isWide {
      let wide = data.count
      data += Data(UInt32(0x0606_4B50), UInt64(44), UInt16(45), UInt16(45), UInt32(0), UInt32(0))
      data += Data(count, count, UInt64(size), UInt64(place))
      data += Data(UInt32(0x0706_4B50), UInt32(0), UInt64(wide), UInt32(1))
    }
    data += Data(UInt32(0x0605_4B50), UInt32(0), UInt16(count), UInt16(count), UInt32(size))
    return data + Data(isWide ? UInt32.max : UInt32(place)) + Data(UInt16(0))
  }
}

/// The instructions of a pickle of protocol 2, as bytes.
public enum TorchPickle {
  /// An empty dictionary.
  public static let dictionary: [UInt8] = [0x7D]
  /// An empty dictionary that keeps its order.
  public static let orderedDictionary = global("collections", "OrderedDict") + [0x29, 0x52]
  /// The mark before the items of what follows.
  public static let mark: [UInt8] = [0x28]
  /// Puts what stands after the mark into the dictionary before it, keys and values in turn.
  public static let setItems: [UInt8] = [0x75]

  /// A whole program.
  public static func whole(_ instructions: [UInt8]) -> [UInt8] { [0x80, 2] + instructions + [0x2E] }

  /// A function or class.
  public static func global(_ module: String, _ name: String) -> [UInt8] { [0x63] + "\(module)\n\(name)\n".utf8 }

  /// A text.
  public static func text(_ text: String) -> [UInt8] { [0x58] + number(text.utf8.count) + text.utf8 }

  /// A whole number of 64 bits.
  public static func integer(_ value: Int) -> [UInt8] {
    [0x8A, 8] + withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// A tuple of what some instructions leave.
  public static func tuple(_ items: [[UInt8]]) -> [UInt8] { mark + items.joined() + [0x74] }

  /// A tensor that is all of a storage.
  ///
  /// - Parameters:
  ///   - tensor: gives type and shape.
  ///   - key: the storage's name.
  /// - Returns: the instructions.
  public static func tensor(_ tensor: StoredTensor, storage key: String) -> [UInt8] {
    let strides = tensor.shape.indices.map { tensor.shape[($0 + 1)...].reduce(1, *) }
    let types = [
      "F32": "FloatStorage", "BF16": "BFloat16Storage", "F16": "HalfStorage", "I64": "LongStorage",
      "BOOL": "BoolStorage",
    ]
    let storage = storage(key, types[tensor.type] ?? "", count: tensor.count)
    return view(storage, offset: 0, shape: tensor.shape, strides: strides)
  }

  /// A storage.
  public static func storage(_ key: String, _ type: String, count: Int) -> [UInt8] {
    tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)]) + [0x51]
  }

  /// A tensor of a storage.
  public static func view(_ storage: [UInt8], offset: Int, shape: [Int], strides: [Int]) -> [UInt8] {
    let sides = [shape, strides].map { tuple($0.map(integer)) }
    let arguments = [storage, integer(offset)] + sides + [[0x89], orderedDictionary]
    return global("torch._utils", "_rebuild_tensor_v2") + tuple(arguments) + [0x52]
  }

  private static func number(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(value).littleEndian, Array.init) }
}

extension Data {
  /// Numbers one after the other, the least significant byte first.
  fileprivate init<each Number: FixedWidthInteger>(_ numbers: repeat each Number) {
    self.init()
    for number in repeat each numbers {
      Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
  }
}
