import Foundation
import SpecCore

extension JSONValue {
  /// The value that an `Encodable` one stands for, so that a record is spelled once for the database and for JSON.
  ///
  /// What is nil is null, unlike with Foundation's encoder, which leaves it out. Dates are texts in UTC.
  ///
  /// - Parameter value: the value.
  /// - Throws: what the value throws.
  public init(encoding value: some Encodable) throws {
    if let value = value as? JSONValue {
      self = value
    } else if let date = value as? Date {
      self = .text(date.exactText)
    } else {
      let node = Node()
      try value.encode(to: NodeEncoder(node: node, codingPath: []))
      self = node.value
    }
  }

  /// The members of an object by their keys, the last of each; empty for any other value.
  public var membersByKey: [String: JSONValue] {
    guard case .object(let members) = self else { return [:] }
    return Dictionary(members.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }) { _, last in last }
  }
}

/// A value that is being written: what a container was asked for decides what it becomes.
private final class Node {
  enum Kind { case value, members, elements }

  var kind = Kind.value
  var single = JSONValue.null
  private(set) var members: [(key: String, node: Node)] = []
  private(set) var elements: [Node] = []

  var value: JSONValue {
    switch kind {
    case .value: single
    case .members: .object(members.map { JSONMember(key: ArraySlice($0.key.utf8), value: $0.node.value) })
    case .elements: .array(elements.map(\.value))
    }
  }

  /// A new member of an object.
  func member(_ key: String) -> Node {
    let node = Node()
    members.append((key, node))
    return node
  }

  /// A new element of a list.
  func element() -> Node {
    let node = Node()
    elements.append(node)
    return node
  }
}

private struct NodeEncoder: Encoder {
  let node: Node
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.kind = .members
    return KeyedEncodingContainer(Members(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.kind = .elements
    return Elements(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node, codingPath: codingPath) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: Node
  let codingPath: [any CodingKey]

  func encodeNil(forKey key: Key) { _ = node.member(key.stringValue) }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    node.member(key.stringValue).single = try JSONValue(encoding: value)
  }

  // The protocol's own versions leave out what is nil.
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encodeOrNull(value, key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encodeOrNull(value, key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encodeOrNull(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encodeOrNull(value, key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try encodeOrNull(value, key) }
  func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try encodeOrNull(value, key) }

  private func encodeOrNull(_ value: (some Encodable)?, _ key: Key) throws {
    if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
  }

  func nestedContainer<Inner: CodingKey>(
    keyedBy keyType: Inner.Type,
    forKey key: Key
  ) -> KeyedEncodingContainer<Inner> {
    NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { NodeEncoder(node: node.member("super"), codingPath: codingPath) }

  func superEncoder(forKey key: Key) -> any Encoder {
    NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath)
  }
}

private struct Elements: UnkeyedEncodingContainer {
  let node: Node
  let codingPath: [any CodingKey]

  var count: Int { node.elements.count }

  func encodeNil() { _ = node.element() }

  func encode(_ value: some Encodable) throws { node.element().single = try JSONValue(encoding: value) }

  func nestedContainer<Key: CodingKey>(keyedBy keyType: Key.Type) -> KeyedEncodingContainer<Key> {
    NodeEncoder(node: node.element(), codingPath: codingPath).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    NodeEncoder(node: node.element(), codingPath: codingPath).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { NodeEncoder(node: node.element(), codingPath: codingPath) }
}

private struct Single: SingleValueEncodingContainer {
  let node: Node
  let codingPath: [any CodingKey]

  func encodeNil() { node.single = .null }
  func encode(_ value: Bool) { node.single = .boolean(value) }
  func encode(_ value: String) { node.single = .text(value) }
  func encode(_ value: Double) { node.single = .number(value) }
  func encode(_ value: Float) { node.single = .number(Double(value)) }
  func encode(_ value: Int) { node.single = .integer(value) }
  func encode(_ value: Int8) { encode(Int(value)) }
  func encode(_ value: Int16) { encode(Int(value)) }
  func encode(_ value: Int32) { encode(Int(value)) }
  func encode(_ value: Int64) { encode(Int(value)) }
  func encode(_ value: UInt8) { encode(Int(value)) }
  func encode(_ value: UInt16) { encode(Int(value)) }
  func encode(_ value: UInt32) { encode(Int(value)) }
  func encode(_ value: UInt) { node.single = .otherNumber(String(value)) }
  func encode(_ value: UInt64) { node.single = .otherNumber(String(value)) }
  func encode(_ value: some Encodable) throws { node.single = try JSONValue(encoding: value) }
}
