/// A set of scalars as a pattern writes it.
indirect enum ScalarSet: Equatable, Sendable {
  /// Scalars between bounds.
  case ranges([ClosedRange<UInt32>])
  /// Scalars by their traits: whether each value of ``ScalarTraits/bits`` belongs to it.
  case traits([Bool])
  case union([ScalarSet])
  case intersection([ScalarSet])
  case complement(ScalarSet)
  /// What differs only in case from a scalar of a set, too.
  case caseless(ScalarSet)

  func contains(_ scalar: UInt32, _ traits: ScalarTraits) -> Bool {
    switch self {
    case .ranges(let ranges): return ranges.contains { $0.contains(scalar) }
    case .traits(let table): return table[Int(traits.bits)]
    case .union(let sets): return sets.contains { $0.contains(scalar, traits) }
    case .intersection(let sets): return sets.allSatisfy { $0.contains(scalar, traits) }
    case .complement(let set): return !set.contains(scalar, traits)
    case .caseless(let set):
      return CaseFolding.variants(of: scalar).contains { set.contains($0, ScalarTraits($0)) }
    }
  }

  static func scalar(_ scalar: UInt32) -> ScalarSet { .ranges([scalar...scalar]) }

  /// The scalars whose traits fulfil a condition.
  static func traits(where condition: (ScalarTraits) -> Bool) -> ScalarSet {
    .traits((UInt8.min...UInt8.max).map { condition(ScalarTraits(bits: $0)) })
  }

  static let whitespace = traits { $0.isWhitespace }
  static let word = traits { $0.isWord }
  static let decimals = traits { $0.bits & 0x1F == ScalarCategory.decimalNumber.rawValue }

  /// Whether, of scalars beyond ASCII, the traits alone decide.
  fileprivate var goesByTraitsBeyondASCII: Bool {
    switch self {
    case .ranges(let ranges): ranges.allSatisfy { $0.upperBound < 0x80 }
    case .traits: true
    case .union(let sets), .intersection(let sets): sets.allSatisfy(\.goesByTraitsBeyondASCII)
    case .complement(let set): set.goesByTraitsBeyondASCII
    case .caseless: false
    }
  }
}

/// A set of scalars made ready for fast questions. Being a reference, it costs little to hand around.
final class ScalarClass: Sendable {
  private let lowASCII: UInt64
  private let highASCII: UInt64
  private let byTraits: [Bool]
  private let set: ScalarSet

  init(_ set: ScalarSet) {
    var (low, high): (UInt64, UInt64) = (0, 0)
    for scalar in UInt32(0)..<64 {
      if set.contains(scalar, ScalarTraits(scalar)) { low |= 1 << UInt64(scalar) }
      if set.contains(scalar + 64, ScalarTraits(scalar + 64)) { high |= 1 << UInt64(scalar) }
    }
    (lowASCII, highASCII, self.set) = (low, high, set)
    let beyondAll: UInt32 = 0x11_0000
    byTraits =
      set.goesByTraitsBeyondASCII
      ? (UInt8.min...UInt8.max).map { set.contains(beyondAll, ScalarTraits(bits: $0)) } : []
  }

  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    if scalar < 64 { return lowASCII >> UInt64(scalar) & 1 != 0 }
    if scalar < 128 { return highASCII >> UInt64(scalar - 64) & 1 != 0 }
    let traits = ScalarTraits(scalar)
    return byTraits.isEmpty ? set.contains(scalar, traits) : byTraits[Int(traits.bits)]
  }
}

/// Which scalars differ only in case (simple case folding, Unicode standard, section 5.18).
enum CaseFolding {
  /// A scalar and those that fold to the same one.
  static func variants(of scalar: UInt32) -> [UInt32] {
    var variants = [scalar]
    // The dotless i and the i with a dot fold to others in Turkic languages alone.
    guard let value = Unicode.Scalar(scalar), ![0x130, 0x131].contains(scalar) else { return variants }
    func add(_ mapping: String) {
      let scalars = mapping.unicodeScalars
      if scalars.count == 1, let only = scalars.first?.value, !variants.contains(only) { variants.append(only) }
    }
    add(value.properties.lowercaseMapping)
    add(value.properties.uppercaseMapping)
    for variant in variants {
      guard let value = Unicode.Scalar(variant) else { continue }
      add(value.properties.lowercaseMapping)
      add(value.properties.uppercaseMapping)
      // Scalars that no mapping leads to, such as the long s and the Kelvin sign.
      for other in Self.others[variant] ?? [] where !variants.contains(other) { variants.append(other) }
    }
    return variants
  }

  private static let others: [UInt32: [UInt32]] = [
    0x73: [0x17F], 0x6B: [0x212A], 0xE5: [0x212B], 0xB5: [0x3BC], 0x3BC: [0xB5], 0x3C3: [0x3C2], 0x3B2: [0x3D0],
    0x3B8: [0x3D1, 0x3F4], 0x3C6: [0x3D5], 0x3C0: [0x3D6], 0x3BA: [0x3F0], 0x3C1: [0x3F1], 0x3B5: [0x3F5],
    0x1E61: [0x1E9B], 0x3C9: [0x2126], 0xDF: [0x1E9E],
  ]
}
