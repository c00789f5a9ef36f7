import SpecKernels
import SpecTestSupport
import Testing

/// Blocks of quantized numbers become the bits that ggml's reference in Python (`gguf.quants.dequantize`, gguf 0.19.0) gives.
@Suite struct BlockFormatTests {
  /// The places of a block's scales and minimums in float16, and a hash of the expected bits of four blocks.
  static let expected: [(format: BlockFormat, places: [Int], hash: UInt64)] = [
    (.q80, [0], 0x496b_6888_f984_54e5), (.q40, [0], 0xac95_e354_0a84_d925), (.q50, [0], 0x84d2_4ec8_29f0_b125),
    (.q41, [0, 2], 0x830f_a3c4_defe_1525), (.q51, [0, 2], 0x5187_7d35_1d82_c225),
    (.q4k, [0, 2], 0x7e77_64c5_3bbb_c675), (.q5k, [0, 2], 0x23ab_8e25_5f3a_4d69),
    (.q2k, [80, 82], 0x00b3_3bab_702f_1225), (.q3k, [108], 0x52b2_5329_77fb_82e5),
    (.q6k, [208], 0xc0ab_9302_af24_1893),
  ]

  /// Four blocks of all kinds of bits, whose scales are of both signs, one of them subnormal.
  static func blocks(_ size: Int, places: [Int]) -> [UInt8] {
    var bytes = (0..<4 * size).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    for (block, scale) in [0x1c35, 0x9e01, 0x0203, 0x2fff].enumerated() {
      for (index, place) in places.enumerated() {
        let half = scale ^ index * 0x8111
        bytes[block * size + place] = UInt8(half & 0xff)
        bytes[block * size + place + 1] = UInt8(half >> 8)
      }
    }
    return bytes
  }

  @Test(arguments: expected) func bitsAreThoseOfTheReference(
    _ format: BlockFormat,
    _ places: [Int],
    _ hash: UInt64
  ) {
    let type = NumberType.blocks(format)
    let numbers = RawNumbers(blocks: Self.blocks(type.size, places: places)).source(type)
    let found = numbers.floats(0..<numbers.count).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3
    }
    #expect(numbers.count == 4 * type.numbersInBlock)
    #expect(found == hash)
  }

  @Test(arguments: BlockFormat.allCases) func anyRangeIsPartOfTheWhole(_ format: BlockFormat) {
    var random = SeededRandom(seed: 11)
    let type = NumberType.blocks(format)
    let numbers = random.numbers(6 * type.numbersInBlock, as: type).source(type)
    let all = numbers.floats(0..<numbers.count)
    for _ in 0..<50 {
      let (a, b) = (random.below(all.count + 1), random.below(all.count + 1))
      let range = min(a, b)..<max(a, b)
      #expect(numbers.floats(range) == Array(all[range]))
    }
  }

  /// Packed blocks are what their float32 numbers are, packed: in any type, rows in order or in pairs.
  @Test(arguments: BlockFormat.allCases) func packingIsThatOfTheNumbers(_ format: BlockFormat) throws {
    var random = SeededRandom(seed: 5)
    let context = try ComputeContext(threads: 2)
    let type = NumberType.blocks(format)
    let (rows, columns, head) = (24, 512, 8)
    let raw = random.numbers(rows * columns, as: type)
    let stored = raw.source(type).floats(0..<rows * columns)
    // A head's rows 0, 2, 4, 6 come before 1, 3, 5, 7.
    let order = (0..<rows).map { $0 / head * head + ($0 % head % 4 * 2 + $0 % head / 4) }
    let reordered = RawNumbers(floats: order.flatMap { stored[$0 * columns..<($0 + 1) * columns] })
    let pairs: [(NumberSource, NumberSource)] = [
      (raw.source(type), RawNumbers(floats: stored).source(.float32)),
      (raw.source(type).separatingPairs(columns: columns, headRows: head), reordered.source(.float32)),
    ]
    let x = try random.activations(rows: 3, width: columns)
    for weightType in WeightType.allCases {
      for (blocks, floats) in pairs {
        let (found, wanted) = (
          try Activations(capacity: 3, width: rows), try Activations(capacity: 3, width: rows)
        )
        for (source, out) in [(blocks, found), (floats, wanted)] {
          let matrix = try PackedMatrix(stacking: [source], columns: columns, type: weightType, context: context)
          context.multiply(x[rows: 0..<3], by: matrix, into: out[rows: 0..<3])
        }
        #expect(sameBits(found, wanted), "\(weightType)")
        #expect(blocks.floats(700..<1800) == floats.floats(700..<1800))
      }
    }
  }

  @Test(arguments: BlockFormat.allCases) func anInfiniteScaleIsFound(_ format: BlockFormat) throws {
    var random = SeededRandom(seed: 3)
    let type = NumberType.blocks(format)
    var bytes = random.blocks(8, as: type)
    let place = Self.expected.first { $0.format == format }?.places[0] ?? 0
    (bytes[5 * type.size + place], bytes[5 * type.size + place + 1]) = (0, 0x7c)
    let source = RawNumbers(blocks: bytes).source(type)
    let context = try ComputeContext(threads: 2)
    for weightType in WeightType.allCases {
      #expect(throws: KernelError.self) {
        try PackedMatrix(stacking: [source], columns: type.numbersInBlock, type: weightType, context: context)
      }
      #expect(throws: KernelError.self) {
        try context.check(source, columns: type.numbersInBlock, heldAs: weightType)
      }
    }
  }
}
