import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Files of torch.save, good and bad, made instruction by instruction.
@Suite struct TorchFileTests {
  private typealias Pickle = TorchPickle

  private static let numbers: [Float] = [1, -2, 0.5, 3, 0.25, -8]

  private static func open(_ data: Data) throws -> TorchFile {
    let folder = try TemporaryFolder()
    return try TorchFile(path: folder.write([UInt8](data), to: "pytorch_model.bin"))
  }

  /// A file of one tensor `a`, a view of six numbers.
  private static func file(offset: Int = 0, shape: [Int], strides: [Int], count: Int = 6) -> Data {
    let view = Pickle.view(
      Pickle.storage("0", "FloatStorage", count: count),
      offset: offset,
      shape: shape,
      strides: strides
    )
    let pickle = Pickle.whole(Pickle.dictionary + Pickle.text("a") + view + [0x73])
    return TorchArchive(pickle: pickle, storages: [("0", numbers.withUnsafeBytes(Array.init))]).file()
  }

  private static func sentence(_ data: Data) -> String {
    do { return "read: \(try open(data).names)" } catch { return "\(error)" }
  }

  @Test(arguments: [NumberType.float32, .bfloat16, .float16], [false, true])
  func everyTypeComesBack(type: NumberType, isWide: Bool) throws {
    let tensors = [
      StoredTensor("a", [2, 3], type, Self.numbers), StoredTensor("b.c", [6], type, Self.numbers.reversed()),
      StoredTensor("none", [0, 3], type, []),
    ]
    for key in [nil, "state_dict", "model"] {
      let file = try Self.open(TorchArchive(tensors, under: key).file(isWide: isWide))
      #expect(file.names == ["a", "b.c", "none"] && file.shape(of: "a") == [2, 3] && file.numberType(of: "a") == type)
      #expect(try file.tensor("a", shape: [2, 3]).floats(0..<6) == Self.numbers)
      #expect(try file.tensor("b.c", shape: [6]).floats(0..<6) == Self.numbers.reversed())
      #expect(try file.tensor("none", shape: [0, 3]).count == 0)
      #expect(throws: ModelError.self) { try file.tensor("a", shape: [3, 2]) }
      #expect(throws: ModelError.self) { try file.tensor("c", shape: [6]) }
    }
  }

  @Test func theOldFormatComesBack() throws {
    let tensors = [
      StoredTensor("a", [2, 3], .float16, Self.numbers), StoredTensor("b", [3], .float32, [7, 8, 9]),
    ]
    let data = TorchArchive.oldFile(tensors)
    let file = try Self.open(data)
    #expect(file.names == ["a", "b"])
    #expect(try file.tensor("a", shape: [2, 3]).floats(0..<6) == Self.numbers)
    #expect(try file.tensor("b", shape: [3]).floats(0..<3) == [7, 8, 9])
    for count in stride(from: 0, to: data.count, by: 5) {
      #expect(throws: ModelError.self) { try Self.open(data.prefix(count)) }
    }
    #expect(Self.sentence(TorchArchive.oldFile(tensors, isLittleEndian: false)).contains("most significant byte first"))
  }

  @Test func viewsAreGathered() throws {
    let turned = try Self.open(Self.file(shape: [3, 2], strides: [1, 3]))
    try turned.check("a", shape: [3, 2])
    #expect(try turned.tensor("a", shape: [3, 2]).floats(0..<6) == [1, 3, -2, 0.25, 0.5, -8])
    let part = try Self.open(Self.file(offset: 1, shape: [2, 2], strides: [3, 1]))
    #expect(try part.tensor("a", shape: [2, 2]).floats(0..<4) == [-2, 0.5, 0.25, -8])
    // Along a side of one number nothing is followed, whatever its stride.
    let one = try Self.open(Self.file(offset: 5, shape: [1, 1], strides: [.max, .max]))
    #expect(try one.tensor("a", shape: [1, 1]).floats(0..<1) == [-8])
    let column = try Self.open(Self.file(offset: 0, shape: [2, 1], strides: [3, .max]))
    #expect(try column.tensor("a", shape: [2, 1]).floats(0..<2) == [1, 3])
  }

  /// Such a tensor is no obstacle where nobody asks for it.
  @Test func repeatedNumbersAreNotWrittenOut() throws {
    for (shape, strides) in [([1 << 40], [0]), ([4, 4], [0, 1])] {
      let file = try Self.open(Self.file(shape: shape, strides: strides))
      #expect(throws: ModelError.self) { try file.check("a", shape: shape) }
      #expect(throws: ModelError.self) { try file.tensor("a", shape: shape) }
    }
  }

  @Test func impossibleViewsAreRefused() {
    for (shape, strides, offset) in [
      ([6], [1], 1), ([7], [1], 0), ([2], [6], 0), ([2, 3], [3], 0), ([-1], [1], 0), ([2], [-1], 5), ([6], [1], -1),
      ([.max, .max], [.max, .max], 0), ([3], [.max], 0),
    ] {
      let told = Self.sentence(Self.file(offset: offset, shape: shape, strides: strides))
      #expect(told.contains("its tensor \"a\""), "\(shape): \(told)")
    }
    #expect(
      Self.sentence(Self.file(shape: [6], strides: [1], count: 7)).contains("needs the 7 numbers of storage \"0\"")
    )
    #expect(Self.sentence(Self.file(shape: [1], strides: [1], count: -7)).contains("-7 numbers"))
  }

  /// Whatever a program names beside tensors is refused under its name, by whichever instruction.
  @Test func programsAreNotRun() {
    let system = Pickle.global("posix", "system")
    let command = Pickle.text("touch PWNED")
    var onStack: [UInt8] = Pickle.text("posix")
    onStack += Pickle.text("system")
    onStack += [0x93]
    var instance: [UInt8] = Pickle.mark
    instance += command
    instance += [0x69]
    instance += Array("posix\nsystem\n".utf8)
    let programs: [[UInt8]] = [system, system + Pickle.tuple([command]) + [0x52], onStack, instance]
    for program in programs {
      let told = Self.sentence(TorchArchive(pickle: Pickle.whole(program)).file())
      #expect(told.contains("it asks for \"posix.system\"") && told.contains("nothing of it was run"), "\(told)")
    }
    for (module, name) in [
      ("torch", "load"), ("torch.hub", "load"), ("collections", "deque"), ("torch", "SystemStorage"),
    ] {
      let told = Self.sentence(TorchArchive(pickle: Pickle.whole(Pickle.global(module, name))).file())
      #expect(told.contains("\"\(module).\(name)\""))
    }
  }

  /// Programs in hexadecimal digits.
  private static let damaged: [(program: String, words: String)] = [
    ("", "takes more values"), ("292952", "no function"), ("6803", "not made"), ("ff", "255"),
    ("75", "takes more values"),
    ("58ffffffff", "cut off"), ("8dffffffffffffffff", "cut off"), ("8bffffff7f", "cut off"),
    ("4e61", "takes more values"),
    ("7d284e75", "without a value"), ("4e4e61", "no list"), ("49310a", "instruction 73"), ("2951", "no storage"),
    ("81", "neither a tensor"), ("5d", "no state dict"), ("7d", "no tensors by name"),
  ]

  @Test func damagedProgramsAreRefused() {
    for (program, words) in Self.damaged {
      let digits = Array(program)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
      let told = Self.sentence(TorchArchive(pickle: Pickle.whole(bytes)).file())
      #expect(told.contains(words), "\(program): \(told)")
    }
  }

  @Test func knownFunctionsTakeTheirArgumentsAlone() {
    let rebuild = Pickle.global("torch._utils", "_rebuild_tensor_v2")
    let storage = Pickle.global("torch", "FloatStorage")
    for (program, words) in [
      (rebuild + [0x29, 0x52], "otherwise than torch.save"), (rebuild + [0x7D, 0x52], "no function"),
      (storage + [0x29, 0x52], "otherwise than torch.save"),
    ] as [([UInt8], String)] {
      let told = Self.sentence(TorchArchive(pickle: Pickle.whole(program)).file())
      #expect(told.contains(words), "\(told)")
    }
    #expect(Self.sentence(TorchArchive(pickle: []).file()).contains("cut off"))
  }

  /// Neither deep nesting nor cycles end the program, and what would take more memory than a state dict is refused.
  @Test func growthIsBounded() throws {
    let nested = [0x29] + [UInt8](repeating: 0x85, count: 300_000)
    #expect(Self.sentence(TorchArchive(pickle: Pickle.whole(nested)).file()).contains("no state dict"))
    let cycle: [UInt8] = [0x7D, 0x71, 0] + Pickle.text("a") + [0x68, 0, 0x73]
    #expect(Self.sentence(TorchArchive(pickle: Pickle.whole(cycle)).file()).contains("no tensors by name"))
    // A dictionary of many tensors that is named many times, in the place of one of many tensors.
    let tensor = Pickle.tensor(StoredTensor("a", [6], .float32, Self.numbers), storage: "0") + [0x71, 1]
    let many = [UInt8]((0..<20_000).map { Pickle.text("\($0)") + [0x68, 1] }.joined())
    let inner = Pickle.dictionary + [0x71, 2] + Pickle.mark + Pickle.text("a") + tensor + many + [0x75]
    let named = [UInt8]((0..<20_000).map { Pickle.text("\($0)") + [0x68, 2] }.joined())
    let start = ContinuousClock.now
    let program = Pickle.whole(Pickle.dictionary + Pickle.mark + Pickle.text("a") + inner + named + [0x75])
    let storages = [("0", Self.numbers.withUnsafeBytes(Array.init))]
    #expect(try Self.open(TorchArchive(pickle: program, storages: storages).file()).names.count == 20_001)
    #expect(ContinuousClock.now - start < .seconds(30))
    let wide = [0x4E] + [UInt8](repeating: 0x32, count: 2_000_000)
    #expect(Self.sentence(TorchArchive(pickle: Pickle.whole(wide)).file()).contains("more instructions"))
  }

  @Test func stateDictsMustBeOne() throws {
    let tensor = Pickle.tensor(StoredTensor("a", [6], .float32, Self.numbers), storage: "0")
    let inner = Pickle.dictionary + Pickle.text("w") + tensor + [0x73]
    let beside = Pickle.dictionary + Pickle.mark + Pickle.text("rng") + tensor + Pickle.text("model") + inner + [0x75]
    let storages = [("0", Self.numbers.withUnsafeBytes(Array.init))]
    #expect(try Self.open(TorchArchive(pickle: Pickle.whole(beside), storages: storages).file()).names == ["w"])
    let both = Pickle.dictionary + Pickle.mark + Pickle.text("model") + inner + Pickle.text("ema") + inner + [0x75]
    let told = Self.sentence(TorchArchive(pickle: Pickle.whole(both), storages: storages).file())
    #expect(told.contains("2 state dicts, under \"model\", \"ema\""), "\(told)")
  }

  @Test func damagedArchivesAreRefused() throws {
    var archive = TorchArchive([StoredTensor("a", [6], .float32, Self.numbers)])
    let whole = archive.file()
    for count in stride(from: 0, to: whole.count - 1, by: 7) {
      #expect(throws: ModelError.self) { try Self.open(whole.prefix(count)) }
    }
    #expect(Self.sentence(archive.file(method: 8)).contains("compressed entries"))
    archive.entries[1].bytes = Array("big".utf8)
    #expect(Self.sentence(archive.file()).contains("most significant byte first"))
    archive.entries.remove(at: 2)
    archive.entries[1].bytes = Array("little".utf8)
    #expect(Self.sentence(archive.file()).contains("the storage \"0\" of its tensor \"a\" is not there"))
    archive.entries.append(archive.entries[0])
    #expect(Self.sentence(archive.file()).contains("two entries"))
    #expect(Self.sentence(Data("hello".utf8)).contains("no file of torch.save"))
    #expect(Self.sentence(Data()).contains("an empty file"))
  }
}
