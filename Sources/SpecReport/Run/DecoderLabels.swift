import SpecStore

/// What a reader calls the decoders of a run: by their names, and where several of one method stand beside each other, by
/// the settings that tell them apart as well.
struct DecoderLabels: Sendable {
  private let labels: [Int64: String]

  /// - Parameter decoders: all decoders of the run.
  init(_ decoders: [Stored<DecoderRecord>]) {
    labels = Dictionary(grouping: decoders, by: \.method).values.reduce(into: [:]) { labels, alike in
      for (decoder, own) in zip(alike, SettingDifferences.texts(alike.map(\.spec))) {
        labels[decoder.id] = own.isEmpty ? decoder.name : "\(decoder.name) (\(own))"
      }
    }
  }

  subscript(decoder: Stored<DecoderRecord>) -> String { labels[decoder.id] ?? decoder.name }
}
