/// A step that turns the texts of tokens into text (a part of the `decoder` of `tokenizer.json`).
package enum TokenDecoder: Equatable, Sendable {
  /// All texts become one; letters of ``ByteAlphabet`` become their bytes.
  case byteLevel
  /// Runs of tokens such as `<0x0A>` become their bytes.
  case byteFallback
  /// The replacement becomes a space, and nothing in the first text if that is asked for.
  case metaspace(replacement: Unicode.Scalar, dropsFirst: Bool)
  /// All texts become one.
  case fuse
  /// At most so many of a scalar go at the start and the end of each text.
  case strip(Unicode.Scalar, start: Int, stop: Int)
  /// Each match becomes the content.
  case replace(TextPattern, content: [UInt8])
  /// This becomes a space, and nothing in the last text (`BPEDecoder`).
  case wordSuffix([UInt8])
  /// All texts become one with spaces between them, as where a file has no decoder.
  case joinWithSpaces

  /// Whether only one text is left behind this step.
  var makesOneText: Bool {
    switch self {
    case .byteLevel, .fuse, .joinWithSpaces: true
    default: false
    }
  }
}
