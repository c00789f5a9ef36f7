/// A value of a pickle. Lists, tuples and dictionaries lie in the machine's heap and are named by their number, so that
/// no nesting, however deep, and no cycle is followed when values are copied or freed.
enum PickleValue {
  /// Python's `None`.
  case none
  /// A truth value.
  case boolean(Bool)
  /// A whole number of 64 bits at most.
  case integer(Int)
  /// A text.
  case text(String)
  /// A function or class that the machine knows.
  case global(TorchGlobal)
  /// Numbers that lie outside of the pickle.
  case storage(TorchStorage)
  /// Some of a storage's numbers.
  case tensor(TorchView)
  /// A list, tuple or dictionary: its number in the heap.
  case object(Int)
  /// A value that no tensor is made from: a number with a fraction, bytes.
  case other

  /// Whether it is Python's `None`.
  var isNone: Bool { if case .none = self { true } else { false } }
}

/// A list, a tuple or a dictionary.
struct PickleObject {
  /// What it is.
  enum Kind {
    case list, tuple, dictionary
  }

  /// What it is.
  let kind: Kind
  /// What it holds; of a dictionary each key before its value.
  var items: [PickleValue]
}

/// The functions and classes that a pickle of tensors names. There is no way to any other.
enum TorchGlobal {
  case orderedDictionary, rebuildTensor, rebuildParameter
  case storage(TorchType)

  /// - Parameter name: the module and the name in it, joined by a period.
  init?(_ name: String) {
    switch name {
    case "collections.OrderedDict": self = .orderedDictionary
    case "torch._utils._rebuild_tensor_v2": self = .rebuildTensor
    case "torch._utils._rebuild_parameter": self = .rebuildParameter
    default:
      guard let type = TorchType(storage: name) else { return nil }
      self = .storage(type)
    }
  }
}

/// Numbers of one type that lie outside of the pickle.
struct TorchStorage {
  let type: TorchType
  /// What the file calls it.
  let key: String
  /// How many numbers it has.
  let count: Int
}
