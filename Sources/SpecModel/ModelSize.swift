import SpecKernels

/// How large a model is, computed from its configuration alone.
extension ModelConfiguration {
  /// Trained parameters: embedding, layers, final normalization and head; a tied head counts once.
  public var parameterCount: Int {
    let attention = 2 * hiddenSize * (self.attention.queryWidth + self.attention.keyValueWidth)
    let feedForward = 3 * hiddenSize * intermediateSize
    let tables = (tiesEmbeddings ? 1 : 2) * vocabularySize * hiddenSize
    return tables + layers * (attention + feedForward + 2 * hiddenSize) + hiddenSize
  }

  /// Bytes that the packed weights take; the embedding is read from its file.
  ///
  /// - Parameter type: how weights are held.
  /// - Returns: the number of bytes.
  public func weightBytes(as type: WeightType) -> Int {
    Int(Double(parameterCount - (tiesEmbeddings ? 0 : vocabularySize * hiddenSize)) * type.bytesPerWeight)
  }

  /// Bytes of keys and values for one position of all layers.
  public var cacheBytesPerPosition: Int {
    2 * layers * attention.keyValueWidth * MemoryLayout<Float>.size
  }
}
