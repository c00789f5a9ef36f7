import SpecKernels
import SpecModel

/// What decoding takes of memory, computed before any weight is read: weights as they are held, keys and values of every
/// decoder for the longest text, and buffers. An embedding that is not the head as well is read from its file and does
/// not count.
public struct MemoryNeed: Sendable, Equatable {
  /// How the weights are held.
  public let weightType: WeightType
  /// Bytes of the target's weights.
  public let weights: Int
  /// Bytes of the weights that methods add.
  public private(set) var companions = 0
  /// Bytes of what decoders keep of a text: keys, values and hidden states.
  public private(set) var caches = 0
  /// Bytes of what passes compute in.
  public private(set) var buffers: Int
  /// How many decoders there are, each with a cache of its own.
  public let decoders: Int
  /// The most tokens of a text.
  public let positions: Int
  private let target: ModelConfiguration

  /// - Parameters:
  ///   - specs: the decoders, checked against the target; one that is there twice counts twice.
  ///   - target: the target's shape and folder.
  ///   - weightType: how weights are held.
  ///   - positions: the most tokens of prompt and output together.
  ///   - passPositions: positions of a cache beside those of decoders, in which single passes are measured.
  ///   - registry: the methods.
  /// - Throws: ``DecodingError`` for a spec, `ModelError` for a companion that cannot be read.
  public init(
    _ specs: [DecoderSpec],
    target: TargetFiles,
    weightType: WeightType,
    positions: Int,
    passPositions: Int = 0,
    registry: MethodRegistry = .builtIn
  ) throws {
    let model = target.configuration
    self.target = model
    self.weightType = weightType
    self.positions = min(positions, model.contextLength)
    decoders = specs.count
    weights = model.weightBytes(as: weightType)
    let rowBytes = model.hiddenSize * MemoryLayout<Float>.size
    buffers = model.bufferBytes + passPositions * (model.cacheBytesPerPosition + rowBytes)
    for spec in specs {
      let method = try registry.method(named: spec.method)
      let settings = try SettingValues(spec, of: method)
      if let companion = method.companion(with: settings) {
        let parameters = try companion.read(target.folder(of: companion, settings), target)
        companions += Int(Double(parameters) * weightType.bytesPerWeight)
      }
      if let need = try method.vocabularyNeed(settings, target) {
        companions += Int(Double(need.weights) * weightType.bytesPerWeight)
        buffers += Transformer.largestTree * need.tokens * MemoryLayout<Float>.size
      }
      caches += self.positions * (model.cacheBytesPerPosition + (try method.bytesPerPosition(settings, target)))
      buffers += self.positions * rowBytes
    }
  }

  /// Bytes in all.
  public var total: Int { weights + companions + caches + buffers }

  /// Refuses what does not fit.
  ///
  /// - Parameters:
  ///   - available: bytes that may be taken; nil where nothing tells it.
  ///   - path: the model, for the error.
  /// - Throws: ``NotEnoughMemory``.
  public func check(available: Int?, path: String) throws(NotEnoughMemory) {
    guard let available, total > available else { return }
    let smaller = WeightType.allCases.filter { $0.bytesPerWeight < weightType.bytesPerWeight }
    let savings = smaller.map { (type: $0, weights: target.weightBytes(as: $0)) }
    throw NotEnoughMemory(path: path, need: self, available: available, smaller: savings)
  }
}

/// A model, its decoders and their texts take more memory than there is.
public struct NotEnoughMemory: Error, Sendable, CustomStringConvertible {
  /// The model.
  let path: String
  /// What is needed.
  public let need: MemoryNeed
  /// Bytes that may be taken.
  public let available: Int
  /// Weights in smaller types.
  let smaller: [(type: WeightType, weights: Int)]

  /// One sentence with the figures and what helps.
  public var description: String {
    var parts = ["\(MemoryNeed.text(need.weights)) of weights in \(need.weightType.rawValue)"]
    if need.companions > 0 { parts.append("\(MemoryNeed.text(need.companions)) that methods add") }
    if need.caches > 0 {
      let owners = need.decoders == 1 ? "a decoder" : "\(need.decoders) decoders"
      parts.append("\(MemoryNeed.text(need.caches)) of keys and values of \(owners) for \(need.positions) positions")
    }
    parts.append("\(MemoryNeed.text(need.buffers)) of buffers")
    return "\(path): it does not fit into memory, since \(parts.dropLast().joined(separator: ", ")) and "
      + "\(parts[parts.count - 1]) are \(MemoryNeed.text(need.total)), but this process may take \(MemoryNeed.text(available)); "
      + "\(advice.joined(separator: ", "))"
  }

  private var advice: [String] {
    var ways: [String] = []
    if let best = smaller.min(by: { $0.weights < $1.weights }) {
      ways.append("choose --dtype \(best.type.rawValue), with \(MemoryNeed.text(best.weights)) of weights")
    }
    // What is a small part of the whole is no way out.
    if need.caches > need.total / 20 {
      if need.decoders > 1 { ways.append("name fewer --decoders") }
      ways.append("choose a lower --max-new-tokens or shorter prompts")
    }
    return ways + ["\(ways.isEmpty ? "" : "or ")free memory; --ignore-memory tries it all the same"]
  }
}

extension MemoryNeed {
  /// Bytes in words, in powers of ten.
  public static func text(_ bytes: Int) -> String {
    let tenths = (Double(bytes) / 1e8).rounded() / 10
    return tenths >= 1 ? "\(tenths) GB" : "\((Double(bytes) / 1e5).rounded() / 10) MB"
  }
}

extension ModelConfiguration {
  /// Bytes of the rows that a pass computes in, the largest of them the logits.
  var bufferBytes: Int {
    let widths = 2 * hiddenSize + 2 * attention.queryWidth + 2 * attention.keyValueWidth + 3 * intermediateSize
    return Transformer.largestTree * (widths + vocabularySize) * MemoryLayout<Float>.size
  }
}
