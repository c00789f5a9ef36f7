import Foundation
import SpecFiles
import SpecModel
import SpecSuite
import SpecTestSupport

/// Tokenizers and templates.
extension ForeignFormat {
  static let text = "Hello, w\u{F6}rld <s> 1234\n\n  \u{1F600}\u{0}"

  static let texts = [
    ForeignFormat(name: "tokenizer", file: "tokenizer.json", seeds: tokenizers) {
      let tokenizer = try Tokenizer(directory: $0)
      _ = tokenizer.decode(tokenizer.encode(text))
      _ = tokenizer.decode(0..<Token(tokenizer.vocabularySize), skippingSpecialTokens: true)
    },
    ForeignFormat(name: "template", file: "chat_template.jinja", seeds: { _ in templates.map { Array($0.utf8) } }) {
      switch ModelTemplate(directory: $0) {
      case .none: return
      case .unusable(let file, let reason): throw ChatTemplateProblem(file: file, reason: reason)
      case .usable(let template):
        _ = try template.prompt([SpokenTurn(.user, text), SpokenTurn(.assistant, "Yes."), SpokenTurn(.user, "Why?")])
      }
    },
  ]

  /// The folder's own, and what other families put around the same vocabulary.
  @Sendable private static func tokenizers(_ folder: TinyCheckpoint) throws -> [[UInt8]] {
    let own = try folder.read("tokenizer.json")
    let others = try tokenizerParts.map { parts in
      var members = try JSONSerialization.jsonObject(with: own) as? [String: Any] ?? [:]
      let replaced = try JSONSerialization.jsonObject(with: Data(parts.utf8)) as? [String: Any] ?? [:]
      members.merge(replaced) { $1 }
      return [UInt8](try JSONSerialization.data(withJSONObject: members, options: .sortedKeys))
    }
    return [[UInt8](own)] + others
  }

  private static let tokenizerParts = [
    #"""
    {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
     "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": false},
     "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}}
    """#,
    #"""
    {"normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|\\s+(?!\\S)|\\s+"},
       "behavior": "Isolated", "invert": false}, {"type": "Digits", "individual_digits": true},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}}
    """#,
  ]

  private static let templates = [
    #"{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] | trim + '</s>\n' }}{% endfor %}"#
      + #"{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"#,
    """
    {%- macro part(role, text='') -%}<|{{ role | upper }}|>{{ text | replace('a', 'b') | indent(2) }}{%- endmacro -%}
    {%- set ns = namespace(first=true, parts=[]) -%}
    {%- for message in messages if message.content is string and message['role'] in ['user', 'assistant'] -%}
    {%- set text = message.content.split('</think>')[-1].strip() if loop.last else message.content | trim -%}
    {{- part(message.role, text) ~ '<|end|>' * 2 -}}
    {%- set ns.first = false -%}{%- set ns.parts = ns.parts + [loop.index, {'a': 1.5, "b": [none, true]}] -%}
    {%- endfor -%}
    {%- if not ns.first and add_generation_prompt is defined -%}
    {{- '<|assistant|>' + (ns.parts | length | string) + strftime_now('%d %b %Y') + (ns.parts | tojson) -}}
    {%- endif -%}
    """,
  ]
}
