import CSpecKernels

/// The kernels and threads that forward passes run on. One context serves one caller at a time.
///
/// C gets bare pointers, so each operation holds on to its buffers until it returns.
public final class ComputeContext {
  /// The kernel set in use.
  public let kernels: KernelSet
  /// Threads, the caller included.
  public let threads: Int
  /// How long the operations of forward passes have taken; nil, the default, leaves them untimed. Taking the time costs
  /// about a tenth of a microsecond each.
  public var operationTimes: OperationTimes?
  private let pool: OpaquePointer
  var native: sk_context
  private var weightMemory = WeightMemory()

  /// - Parameters:
  ///   - threads: how many, the caller included; nil takes the physical cores that this process may use.
  ///   - kernels: the kernel set; nil takes the fastest that agrees with the reference.
  /// - Throws: ``KernelError`` if the threads cannot be started.
  public init(threads: Int? = nil, kernels: KernelSet? = nil) throws(KernelError) {
    let available = Processors.availableCores
    let count = threads ?? available
    self.threads = count
    self.kernels = if let kernels { kernels } else { try KernelSet.select().set }
    // More spinning threads than cores would take the processor from each other.
    guard count > 0, let pool = sk_pool_create(Int32(clamping: count), count <= available) else {
      throw .threadsUnavailable(count: count)
    }
    self.pool = pool
    native = sk_context(kernels: self.kernels.native, pool: pool, scratch: nil, scratch_count: 0)
  }

  deinit {
    sk_context_release(&native)
    sk_pool_destroy(pool)
  }

  /// Zero-filled memory next to that of the matrix before.
  func takeWeightMemory(bytes: Int) throws(KernelError) -> (start: UnsafeMutableRawPointer, owner: FloatBuffer) {
    try weightMemory.take(bytes: bytes)
  }

  /// Checks numbers that are not packed, on all threads.
  ///
  /// - Parameters:
  ///   - source: a matrix of some columns.
  ///   - columns: how many.
  ///   - type: how it is held.
  /// - Throws: ``KernelError/unusableNumber(_:)`` for the first that is not finite once it is held.
  public func check(_ source: NumberSource, columns: Int, heldAs type: WeightType) throws(KernelError) {
    precondition(source.hasRows(of: columns), "numbers of another shape")
    var fits = true
    source.withBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      fits = sk_all_fit(&native, source.type.native, base, source.count / columns, columns, type.native)
    }
    if !fits, let number = source.unusableNumber(heldAs: type) { throw .unusableNumber(number) }
  }

  /// Packs a source's rows; false if a number is not finite once it is held.
  func pack(
    _ source: NumberSource,
    columns: Int,
    type: WeightType,
    into packed: UnsafeMutableRawPointer,
    firstRow: Int
  ) -> Bool {
    var fits = true
    source.withBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      fits = sk_pack_rows(
        &native,
        type.native,
        packed,
        columns,
        firstRow,
        source.type.native,
        base,
        source.count / columns,
        source.pairedRows
      )
    }
    return fits
  }

  /// Multiply-adds per second of all threads together, in registers.
  ///
  /// - Parameter seconds: how long to measure.
  /// - Returns: the rate; twice as many floating-point operations.
  public func measureMultiplyAdds(seconds: Double) -> Double { sk_measure_multiply_add(&native, seconds) }

  /// Bytes per second that all threads together read from a buffer, over and over.
  ///
  /// - Parameters:
  ///   - buffer: what to read.
  ///   - seconds: how long to measure.
  /// - Returns: the rate.
  public func measureReading(_ buffer: ReadingBuffer, seconds: Double) -> Double {
    defer { withExtendedLifetime(buffer) {} }
    return sk_measure_read(&native, buffer.numbers.pointer, buffer.numbers.count, seconds)
  }

  /// A buffer to measure reading with.
  ///
  /// - Parameter bytes: its size.
  /// - Returns: the buffer, filled.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public func makeReadingBuffer(bytes: Int) throws(KernelError) -> ReadingBuffer {
    let numbers = try FloatBuffer(count: max(4096, bytes / 4), purpose: "measuring memory")
    sk_fill_random(&native, SK_F32, numbers.pointer, numbers.count, 1, 1)
    return ReadingBuffer(numbers: numbers)
  }

  /// Random numbers between −scale and scale, the same for the same seed.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - scale: the largest magnitude.
  ///   - seed: what they follow from.
  /// - Returns: numbers in bf16.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public func randomNumbers(count: Int, scale: Float, seed: UInt64) throws(KernelError) -> NumberSource {
    let buffer = try FloatBuffer(count: (count + 1) / 2, purpose: "random weights")
    sk_fill_random(&native, SK_BF16, buffer.pointer, count, scale, seed)
    let bytes = UnsafeRawBufferPointer(start: buffer.pointer, count: count * 2)
    return NumberSource(type: .bfloat16, bytes: bytes, owner: buffer)
  }

  /// Runs an operation, and takes its time if that is asked for.
  private func timed<Value>(_ operation: Operation, _ body: () -> Value) -> Value {
    guard operationTimes != nil else { return body() }
    let start = sk_nanoseconds()
    let value = body()
    operationTimes?.add(sk_nanoseconds() - start, to: operation)
    return value
  }

  /// y = x · wᵀ
  public func multiply(_ x: ActivationRows, by weights: PackedMatrix, into y: ActivationRows) {
    defer { withExtendedLifetime((x, weights, y)) {} }
    precondition(x.width == weights.columns && y.width == weights.rows && x.count == y.count, "a product's shapes")
    let done = timed(.matmul) {
      sk_matmul(
        &native,
        weights.type.native,
        weights.start,
        weights.rows,
        weights.columns,
        x.pointer,
        x.stride,
        x.count,
        y.pointer,
        y.stride
      )
    }
    precondition(done, "no memory for the activations of a matrix product")
  }

  /// Root-mean-square normalization: y = x / √(mean(x²) + epsilon) · weight.
  public func normalize(_ x: ActivationRows, weight: [Float], epsilon: Float, into y: ActivationRows) {
    defer { withExtendedLifetime((x, y)) {} }
    precondition(x.width == weight.count && y.width == x.width && x.count == y.count, "a normalization's shapes")
    timed(.normalization) {
      sk_rmsnorm(&native, x.pointer, x.stride, x.count, x.width, weight, epsilon, y.pointer, y.stride)
    }
  }

  /// Root-mean-square normalization of each of some neighboring heads inside rows, in place.
  ///
  /// - Parameters:
  ///   - rows: rows of heads, such as those of queries, keys and values.
  ///   - heads: which heads of each row, counted from its beginning.
  ///   - weight: as many numbers as a head has.
  ///   - epsilon: added to the mean square.
  public func normalizeHeads(_ rows: ActivationRows, heads: Range<Int>, weight: [Float], epsilon: Float) {
    defer { withExtendedLifetime(rows) {} }
    let dimension = weight.count
    precondition(heads.lowerBound >= 0 && heads.upperBound * dimension <= rows.width, "a normalization's heads")
    timed(.normalization) {
      sk_normalize_heads(
        &native,
        rows.pointer + heads.lowerBound * dimension,
        rows.stride,
        rows.count,
        heads.count,
        dimension,
        weight,
        epsilon
      )
    }
  }

  /// x += bias, in every row.
  public func add(_ bias: [Float], toRows x: ActivationRows) {
    defer { withExtendedLifetime(x) {} }
    precondition(x.width == bias.count, "a bias of another width")
    timed(.elementwise) { sk_add(&native, bias, 0, x.count, x.width, x.pointer, x.stride) }
  }

  /// x = x · factor
  public func scale(_ x: ActivationRows, by factor: Float) {
    defer { withExtendedLifetime(x) {} }
    timed(.elementwise) { sk_scale(&native, x.pointer, x.stride, x.count, x.width, factor) }
  }

  /// x = cap · tanh(x / cap), the soft cap of logits (Gemma 2).
  ///
  /// - Parameters:
  ///   - x: rows of numbers.
  ///   - cap: the magnitude that none of them reaches, above 0.
  public func softCap(_ x: ActivationRows, at cap: Float) {
    defer { withExtendedLifetime(x) {} }
    precondition(cap > 0, "a cap above 0")
    timed(.elementwise) { sk_soft_cap(&native, x.pointer, x.stride, x.count, x.width, cap) }
  }

  /// y += x
  public func add(_ x: ActivationRows, to y: ActivationRows) {
    defer { withExtendedLifetime((x, y)) {} }
    precondition(x.width == y.width && x.count == y.count, "a sum's shapes")
    timed(.elementwise) { sk_add(&native, x.pointer, x.stride, x.count, x.width, y.pointer, y.stride) }
  }

  /// out = activation(gate) · up, where a row of `gateAndUp` holds all gates and then all ups.
  ///
  /// - Parameters:
  ///   - gateAndUp: rows of twice the width of `out`.
  ///   - activation: the function of the gates.
  ///   - out: as many rows.
  public func gate(_ gateAndUp: ActivationRows, with activation: GateActivation, into out: ActivationRows) {
    defer { withExtendedLifetime((gateAndUp, out)) {} }
    precondition(gateAndUp.width == 2 * out.width && gateAndUp.count == out.count, "an activation's shapes")
    let kernel =
      switch activation {
      case .silu: sk_swiglu
      case .geluTanh: sk_geglu
      }
    timed(.elementwise) {
      kernel(&native, gateAndUp.pointer, gateAndUp.stride, out.count, out.width, out.pointer, out.stride)
    }
  }

  /// x = residual + silu(x + bias)
  public func addSilu(of x: ActivationRows, bias: [Float], residual: ActivationRows) {
    defer { withExtendedLifetime((x, residual)) {} }
    precondition(
      x.width == bias.count && x.width == residual.width && x.count == residual.count,
      "a residual block's shapes"
    )
    timed(.elementwise) {
      sk_bias_silu_add(&native, x.pointer, x.stride, x.count, x.width, bias, residual.pointer, residual.stride)
    }
  }

  /// Rotates the query heads of each row in place and puts its rotated key and its value into the cache.
  ///
  /// - Parameters:
  ///   - qkv: rows of all query heads, then all key heads, then all value heads.
  ///   - queryHeads: number of query heads.
  ///   - cache: the layer's cache.
  ///   - firstSlot: the slot of the first row; the others follow.
  ///   - positions: each row's position.
  ///   - table: cosines and sines.
  public func rotateAndStore(
    _ qkv: ActivationRows,
    queryHeads: Int,
    cache: LayerCache,
    firstSlot: Int,
    positions: [Int32],
    table: RotaryTable
  ) {
    defer { withExtendedLifetime((qkv, cache, table)) {} }
    let heads = queryHeads + 2 * cache.native.kv_heads
    precondition(
      qkv.width == heads * cache.native.head_dimension && table.headDimension == cache.native.head_dimension
        && positions.count == qkv.count && firstSlot >= 0 && firstSlot + qkv.count <= cache.capacity
        && positions.allSatisfy { $0 >= 0 && Int($0) < table.positions },
      "attention's shapes or positions"
    )
    table.fill(to: positions)
    timed(.rotation) {
      withUnsafePointer(to: cache.native) {
        sk_rotate_and_store(
          &native,
          qkv.pointer,
          qkv.stride,
          qkv.count,
          queryHeads,
          $0,
          firstSlot,
          positions,
          table.lines.pointer,
          table.pairs
        )
      }
    }
  }

  /// Attention of new rows over the cache.
  ///
  /// - Parameters:
  ///   - qkv: rows that begin with their rotated query heads.
  ///   - queryHeads: number of query heads.
  ///   - mask: the attention mask.
  ///   - cache: the layer's cache, which holds the rows' own keys and values already.
  ///   - scoring: how scores are made and which positions count; nil for plain attention.
  ///   - out: rows of all heads.
  public func attend(
    _ qkv: ActivationRows,
    queryHeads: Int,
    mask: AttentionMask,
    cache: LayerCache,
    scoring: AttentionScoring? = nil,
    into out: ActivationRows
  ) {
    defer { withExtendedLifetime((qkv, cache, out)) {} }
    let scoring = scoring ?? AttentionScoring(headDimension: cache.native.head_dimension)
    precondition(
      out.width == queryHeads * cache.native.head_dimension && out.count == qkv.count
        && queryHeads % cache.native.kv_heads == 0 && mask.fits(rows: qkv.count, slots: cache.capacity),
      "attention's shapes"
    )
    let done = mask.withUnsafePaths { slots, offsets in
      var attention = sk_attention(
        queries: qkv.pointer,
        query_stride: qkv.stride,
        query_heads: queryHeads,
        rows: qkv.count,
        prefix: mask.prefix,
        path_slots: slots,
        path_offsets: offsets,
        scale: scoring.scale,
        score_cap: scoring.cap ?? 0,
        window: scoring.window ?? 0,
        out: out.pointer,
        out_stride: out.stride
      )
      return timed(.attention) { withUnsafePointer(to: cache.native) { sk_attend(&native, &attention, $0) } }
    }
    precondition(done, "no memory for the scores of attention")
  }

  /// The largest number of each row, equals going to the lowest index, on every kernel set alike whatever the bits: a NaN
  /// comes below every number.
  ///
  /// - Parameters:
  ///   - x: rows of logits.
  ///   - withProbability: whether to compute its softmax probability too.
  /// - Returns: one choice for each row.
  public func choose(_ x: ActivationRows, withProbability: Bool) -> [Choice] {
    defer { withExtendedLifetime(x) {} }
    let empty = sk_choice(index: 0, value: 0, probability: 0, is_finite: 0)
    var found = [sk_choice](repeating: empty, count: x.count)
    timed(.choice) { sk_choose(&native, x.pointer, x.stride, x.count, x.width, withProbability, &found) }
    return found.map {
      Choice(index: Int($0.index), value: $0.value, probability: $0.probability, isFinite: $0.is_finite != 0)
    }
  }

  /// Indices of the largest numbers of one row, largest first, equals by lowest index.
  ///
  /// - Parameters:
  ///   - count: how many; at most the width.
  ///   - x: one row.
  /// - Returns: as many indices as were asked for.
  public func top(_ count: Int, of x: ActivationRows) -> [Int] {
    defer { withExtendedLifetime(x) {} }
    precondition(x.count == 1 && count <= x.width, "more of the largest than there are numbers")
    var indices = [Int32](repeating: 0, count: count)
    sk_top(x.pointer, x.width, count, &indices)
    return indices.map(Int.init)
  }
}

/// The function of the gates in a gated feed-forward block.
public enum GateActivation: Sendable, Equatable {
  /// x · sigmoid(x)
  case silu
  /// GELU in its approximation by tanh (`gelu_pytorch_tanh`).
  case geluTanh
}

/// Memory whose reading is measured.
public struct ReadingBuffer {
  let numbers: FloatBuffer
}

/// The largest number of a row of logits.
public struct Choice: Sendable, Equatable {
  /// Its index, the lowest among equals.
  public let index: Int
  /// The number itself.
  public let value: Float
  /// Its softmax probability, 0 if it was not asked for or the row is not finite. Numbers that are −∞ were left out, and
  /// have no share in it.
  public let probability: Float
  /// Whether all numbers of the row are finite: a choice from others means nothing.
  public let isFinite: Bool
}
