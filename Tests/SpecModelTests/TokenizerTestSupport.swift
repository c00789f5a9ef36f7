import Foundation
import SpecCore
import SpecModel

/// A tokenizer small enough to be spelt out, written to a temporary folder as a test needs it.
struct SmallTokenizer {
  /// The JSON of each key of `tokenizer.json` except `model`.
  var sections: [String: String] = [
    "normalizer": "null",
    "pre_tokenizer": #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}"#,
    "post_processor": "null",
    "decoder": #"{"type": "ByteLevel"}"#,
    "added_tokens": "[]",
  ]
  /// The JSON of each key of `model` except `vocab`.
  var model: [String: String] = ["type": #""BPE""#, "dropout": "null", "merges": "[]"]
  /// Keys and the JSON of their ids, in the order of the file. The id of a single byte is the byte.
  var vocabulary: [(key: String, id: String)] = (UInt8.min...UInt8.max).map {
    (ByteLetters.key(of: [$0]), String($0))
  }
  /// The whole of `tokenizer_config.json`, if there is one.
  var configuration: String?
  /// Takes the place of everything above.
  var rawText: [UInt8]?

  /// Adds a word to the vocabulary, with the next free id.
  mutating func add(_ text: String) {
    vocabulary.append((ByteLetters.key(of: text.utf8), String(vocabulary.count)))
  }

  /// Adds words one after the other, each with the merge that makes it of its two halves.
  mutating func addMerges(_ halves: [(String, String)]) {
    for (left, right) in halves { add(left + right) }
    let lines = halves.map { "\"\(ByteLetters.key(of: $0.utf8)) \(ByteLetters.key(of: $1.utf8))\"" }
    model["merges"] = "[\(lines.joined(separator: ", "))]"
  }

  /// The text of `tokenizer.json`.
  var json: String {
    let entries = vocabulary.map { "\(SmallTokenizer.quoted($0.key)): \($0.id)" }.joined(separator: ",\n")
    let model = self.model.map { "\"\($0)\": \($1), " }.joined()
    let sections = self.sections.map { "\"\($0)\": \($1),\n" }.joined()
    return "{\(sections)\"model\": {\(model)\"vocab\": {\(entries)}}}"
  }

  /// Writes the files, reads them as a tokenizer and removes them.
  func load() throws -> Tokenizer {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(rawText ?? Array(json.utf8)).write(to: folder.appending(path: "tokenizer.json"))
    if let configuration {
      try Data(configuration.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
    }
    return try Tokenizer(directory: folder.path)
  }

  private static func quoted(_ key: String) -> String {
    "\"" + key.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

/// GPT-2's printable letters for bytes, written down from its published definition.
enum ByteLetters {
  private static let letters: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (UInt32(0)..<256).compactMap { byte in
      if 33...126 ~= byte || 161...172 ~= byte || 174...255 ~= byte { return Unicode.Scalar(byte) }
      defer { next += 1 }
      return Unicode.Scalar(next)
    }
  }()

  static func key(of bytes: some Sequence<UInt8>) -> String {
    var key = String.UnicodeScalarView()
    for byte in bytes { key.append(letters[Int(byte)]) }
    return String(key)
  }
}

extension Tokenizer {
  /// The pieces that a stream shows of the tokens, with what it still held back at the end as the last one.
  func stream(_ tokens: [Token], skippingSpecialTokens: Bool = false) -> [String] {
    var stream = TextStream(self, skippingSpecialTokens: skippingSpecialTokens)
    var pieces = tokens.map { stream.append($0) }
    pieces.append(stream.finish())
    return pieces
  }
}

extension String {
  /// Equality without canonical equivalence.
  func hasSameScalars(as other: String) -> Bool {
    unicodeScalars.elementsEqual(other.unicodeScalars)
  }
}

extension SplitMix64 {
  /// Text of the fragments given, of awkward ones and of scalars from all planes.
  mutating func text(fragments: [String]) -> String {
    let awkward = [
      " ", "  ", "\t", "\n", "\r\n", "\u{A0}", "\u{3000}", "\u{2028}", "\u{85}", "\u{0}", "\u{1F}", "\u{7F}",
      "\u{200B}",
      "é", "e\u{301}", "Å", "\u{212B}", "\u{300}", "한", "\u{1112}\u{1161}\u{11AB}", "中文", "٣", "½", "Ⅷ", "👩‍👩‍👧", "🇩🇪",
    ]
    let bounds = [0x80, 0x800, 0x1_0000, 0x11_0000]
    var text = String.UnicodeScalarView()
    for _ in 0..<below(16) {
      switch below(3) {
      case 0: text.append(contentsOf: fragments[below(fragments.count)].unicodeScalars)
      case 1: text.append(contentsOf: awkward[below(awkward.count)].unicodeScalars)
      default: text.append(Unicode.Scalar(UInt32(below(bounds[below(4)]))) ?? "\u{FFFD}")
      }
    }
    return String(text)
  }
}
