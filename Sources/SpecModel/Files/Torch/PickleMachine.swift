import Foundation
import SpecFiles

/// A pickle machine that can build tensors and what holds them, and nothing else (pickletools.py of CPython describes the
/// instructions; protocols 2 to 5). A pickle is a program: Python's own machine calls any function that it names. This
/// one knows ``TorchGlobal`` alone and calls nothing.
///
/// Each instruction adds at most one value, so memory and time are bounded by the program's length.
struct PickleMachine {
  /// Why a program is not followed further.
  enum Fault: Error {
    /// It names a function or class that plain tensors do not need.
    case forbidden(String)
    /// It is no such program; a clause about it.
    case malformed(String)
  }

  /// The most instructions of a program: a tensor takes about 25.
  private static let mostInstructions = 4_000_000
  /// The most values that wait on the stack: Python's pickler writes a thousand entries at a time.
  private static let tallestStack = 1_000_000

  /// Every storage that was named, by key.
  private(set) var storages: [String: TorchStorage] = [:]
  /// Where the next pickle begins.
  private(set) var place: Int
  private let program: [UInt8]
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var heap: [PickleObject] = []
  private var instructions = 0

  /// - Parameters:
  ///   - program: one or more pickles, one after the other.
  ///   - place: where the first begins.
  init(_ program: [UInt8], at place: Int = 0) {
    self.program = program
    self.place = place
  }

  /// Runs the next pickle.
  ///
  /// - Returns: what it builds.
  /// - Throws: ``Fault``.
  mutating func run() throws(Fault) -> PickleValue {
    (stack, marks, memo) = ([], [], [:])
    while true {
      instructions += 1
      guard instructions <= Self.mostInstructions, stack.count <= Self.tallestStack else {
        throw .malformed("its pickle has more instructions than any state dict")
      }
      let code = try byte()
      guard let instruction = Instruction(rawValue: code) else {
        throw .malformed("its pickle has the instruction \(code), which torch.save does not write")
      }
      if instruction == .stop { return try pop() }
      try follow(instruction)
    }
  }

  /// What a list or tuple holds; nil for other values.
  func items(of value: PickleValue) -> [PickleValue]? {
    guard case .object(let number) = value, heap[number].kind != .dictionary else { return nil }
    return heap[number].items
  }

  /// The entries of a dictionary whose keys are texts, in their order; nil for other values.
  func entries(of value: PickleValue) -> [(key: String, value: PickleValue)]? {
    guard case .object(let number) = value, heap[number].kind == .dictionary else { return nil }
    let items = heap[number].items
    return stride(from: 0, to: items.count, by: 2).compactMap { place in
      guard case .text(let key) = items[place] else { return nil }
      return (key, items[place + 1])
    }
  }

  private enum Instruction: UInt8 {
    case mark = 0x28, emptyTuple = 0x29, stop = 0x2E, pop = 0x30, popMark = 0x31, duplicate = 0x32
    case bytes32 = 0x42, bytes8 = 0x43, real = 0x47, integer32 = 0x4A, integer8 = 0x4B, integer16 = 0x4D, none = 0x4E
    case persistent = 0x51, call = 0x52, string32 = 0x54, string8 = 0x55, text32 = 0x58, emptyList = 0x5D
    case append = 0x61, build = 0x62, global = 0x63, dictionary = 0x64, appendAll = 0x65
    case recall8 = 0x68, instance = 0x69, recall32 = 0x6A, list = 0x6C, object = 0x6F
    case remember8 = 0x71, remember32 = 0x72, set = 0x73, tuple = 0x74, setAll = 0x75, emptyDictionary = 0x7D
    case version = 0x80, newObject = 0x81, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, yes = 0x88, no = 0x89
    case long8 = 0x8A, long32 = 0x8B, text8 = 0x8C, text64 = 0x8D, bytes64 = 0x8E
    case newObjectEx = 0x92, stackGlobal = 0x93, remember = 0x94, frame = 0x95, byteArray = 0x96
  }

  private mutating func follow(_ instruction: Instruction) throws(Fault) {
    switch instruction {
    case .version: _ = try byte()
    case .frame: _ = try number(8)
    case .mark: marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .none: stack.append(.none)
    case .yes, .no: stack.append(.boolean(instruction == .yes))
    case .integer8, .integer16, .integer32, .long8, .long32, .real, .bytes8, .bytes32, .bytes64, .byteArray, .string8,
      .string32, .text8, .text32, .text64:
      stack.append(try literal(instruction))
    case .emptyTuple: make(.tuple, [])
    case .emptyList: make(.list, [])
    case .emptyDictionary: make(.dictionary, [])
    case .tuple: make(.tuple, try popToMark())
    case .tuple1: make(.tuple, try pop(1))
    case .tuple2: make(.tuple, try pop(2))
    case .tuple3: make(.tuple, try pop(3))
    case .list: make(.list, try popToMark())
    case .dictionary: make(.dictionary, try even(popToMark()))
    case .append: try extend(.list, with: pop(1))
    case .appendAll: try extend(.list, with: popToMark())
    case .set: try extend(.dictionary, with: pop(2))
    case .setAll: try extend(.dictionary, with: even(popToMark()))
    case .remember8: memo[Int(try byte())] = try top()
    case .remember32: memo[try number(4)] = try top()
    case .remember: memo[memo.count] = try top()
    case .recall8: stack.append(try recall(Int(byte())))
    case .recall32: stack.append(try recall(number(4)))
    case .global: stack.append(.global(try known(line() + "." + line())))
    case .instance: throw .forbidden(try line() + "." + line())
    case .stackGlobal: try nameOnStack()
    case .persistent: stack.append(.storage(try storage(pop())))
    case .call: try call()
    case .build: try build()
    case .newObject, .newObjectEx, .object:
      throw .malformed("its pickle makes an object that is neither a tensor nor a state dict")
    case .stop: return
    }
  }
}

/// The stack, the heap and the memo.
extension PickleMachine {
  private mutating func pop() throws(Fault) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw Self.emptyStack }
    return value
  }

  private mutating func pop(_ count: Int) throws(Fault) -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else { throw Self.emptyStack }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(Fault) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw Self.emptyStack }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func top() throws(Fault) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw Self.emptyStack }
    return value
  }

  private static let emptyStack = Fault.malformed("its pickle takes more values than it makes")

  private func even(_ items: [PickleValue]) throws(Fault) -> [PickleValue] {
    guard items.count % 2 == 0 else { throw .malformed("its pickle has a dictionary with a key without a value") }
    return items
  }

  private mutating func make(_ kind: PickleObject.Kind, _ items: [PickleValue]) {
    stack.append(.object(heap.count))
    heap.append(PickleObject(kind: kind, items: items))
  }

  private mutating func extend(_ kind: PickleObject.Kind, with items: [PickleValue]) throws(Fault) {
    guard case .object(let number) = try top(), heap[number].kind == kind else {
      throw .malformed("its pickle adds to a value that is no list and no dictionary")
    }
    heap[number].items += items
  }

  private func recall(_ number: Int) throws(Fault) -> PickleValue {
    guard let value = memo[number] else { throw .malformed("its pickle recalls a value that it has not made") }
    return value
  }
}

/// Reading the program.
extension PickleMachine {
  private static let cutOff = Fault.malformed("its pickle is cut off")

  private mutating func byte() throws(Fault) -> UInt8 {
    guard place < program.count else { throw Self.cutOff }
    defer { place += 1 }
    return program[place]
  }

  private mutating func take(_ count: Int) throws(Fault) -> ArraySlice<UInt8> {
    guard count >= 0, count <= program.count - place else { throw Self.cutOff }
    defer { place += count }
    return program[place..<place + count]
  }

  /// A little-endian number without a sign.
  private mutating func number(_ size: Int) throws(Fault) -> Int {
    let value = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else { throw Self.cutOff }
    return number
  }

  /// A text up to the end of its line.
  private mutating func line() throws(Fault) -> String {
    guard let end = program[place...].firstIndex(of: 0x0A) else { throw Self.cutOff }
    defer { place = end + 1 }
    return String(decoding: program[place..<end], as: UTF8.self)
  }

  /// A number of two's complement; too large ones are of no use to a tensor.
  private mutating func signed(_ size: Int) throws(Fault) -> PickleValue {
    let bytes = try take(size)
    guard size <= 8 else { return .other }
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    return .integer(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
  }

  private mutating func literal(_ instruction: Instruction) throws(Fault) -> PickleValue {
    switch instruction {
    case .integer8: return .integer(try number(1))
    case .integer16: return .integer(try number(2))
    case .integer32: return try signed(4)
    case .long8: return try signed(number(1))
    case .long32: return try signed(number(4))
    // What Python 2 wrote as a string may be the name of a tensor.
    case .string8, .text8: return .text(String(decoding: try take(number(1)), as: UTF8.self))
    case .string32, .text32: return .text(String(decoding: try take(number(4)), as: UTF8.self))
    case .text64: return .text(String(decoding: try take(number(8)), as: UTF8.self))
    case .bytes8: _ = try take(number(1))
    case .bytes32: _ = try take(number(4))
    case .bytes64, .byteArray: _ = try take(number(8))
    default: _ = try take(8)
    }
    return .other
  }
}

/// What a program may call.
extension PickleMachine {
  private func known(_ name: String) throws(Fault) -> TorchGlobal {
    guard let global = TorchGlobal(name) else { throw .forbidden(name) }
    return global
  }

  private mutating func nameOnStack() throws(Fault) {
    let names = try pop(2)
    guard case .text(let module) = names[0], case .text(let name) = names[1] else {
      throw .malformed("its pickle names a function by something that is no text")
    }
    stack.append(.global(try known(module + "." + name)))
  }

  /// The most bytes of a storage's key, which torch.save numbers.
  private static let longestKey = 64

  /// The storage that `('storage', class, key, place, count)` names.
  private mutating func storage(_ identifier: PickleValue) throws(Fault) -> TorchStorage {
    let parts = items(of: identifier) ?? []
    guard parts.count >= 5, case .text("storage") = parts[0], case .global(.storage(let type)) = parts[1],
      case .text(let key) = parts[2], case .integer(let count) = parts[4], key.utf8.count <= Self.longestKey
    else { throw .malformed("its pickle refers to something outside of it that is no storage") }
    if parts.count > 5, !parts[5].isNone {
      throw .malformed("its storage \(quoted(key)) is a part of another, as only early versions of PyTorch wrote it")
    }
    let storage = TorchStorage(type: type, key: key, count: count)
    guard storages.updateValue(storage, forKey: key).map({ $0.type == type && $0.count == count }) ?? true else {
      throw .malformed("its storage \(quoted(key)) has two types or two lengths")
    }
    return storage
  }

  private mutating func call() throws(Fault) {
    let parts = try pop(2)
    guard case .global(let function) = parts[0], let arguments = items(of: parts[1]) else {
      throw .malformed("its pickle calls a value that is no function")
    }
    switch function {
    case .orderedDictionary where arguments.isEmpty: make(.dictionary, [])
    case .rebuildTensor: stack.append(.tensor(try view(arguments)))
    case .rebuildParameter:
      guard case .tensor(let view)? = arguments.first else { throw Self.otherArguments }
      stack.append(.tensor(view))
    case .orderedDictionary, .storage: throw Self.otherArguments
    }
  }

  private static let otherArguments = Fault.malformed("its pickle makes a tensor otherwise than torch.save does")

  /// The view that storage, offset, shape and strides make.
  private func view(_ arguments: [PickleValue]) throws(Fault) -> TorchView {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3])
    else { throw Self.otherArguments }
    return TorchView(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  /// The numbers of a shape; nil for anything else.
  private func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(of: value), items.count <= TorchView.mostSides else { return nil }
    var numbers: [Int] = []
    for item in items {
      guard case .integer(let number) = item else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// Takes the attributes of an ordered dictionary, in which a module notes its version.
  private mutating func build() throws(Fault) {
    _ = try pop()
    guard case .object(let number) = try top(), heap[number].kind == .dictionary else {
      throw .malformed("its pickle sets attributes of a value that has none")
    }
  }
}
