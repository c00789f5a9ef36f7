import Foundation
import SpecFiles

/// All that the corpus says, read from the package's folder `Texts`: words, templates and facts are data, and the code
/// only draws from them.
package final class CorpusTexts: Sendable {
  /// The words that templates draw from.
  package let lexicon: Lexicon
  let conversations: ConversationTexts
  let passages: PassageTexts
  let registers: RegisterTexts
  let stories: StoryTexts
  let arithmetic: ArithmeticTexts
  let questions: WorldTexts
  /// The pattern of the model's card.
  let card: String
  /// The words of the second language, with what each may do in a sentence.
  package let velish: VelishVocabulary
  /// The second language's roots.
  package let dictionary: VelishDictionary
  /// The invented country that the questions are about.
  package let world: DemoWorld

  /// The folder that comes with the package.
  package static var folder: String { Bundle.module.bundleURL.appending(path: "Texts").path }

  /// Reads the texts.
  ///
  /// - Parameter folder: holds a file of JSON for each kind of text, and the card's pattern.
  /// - Throws: ``RecipeFileError`` for the first thing that is wrong.
  package init(folder: String = CorpusTexts.folder) throws(RecipeFileError) {
    let lexicon: Lexicon = try Self.read("words", in: folder, nil)
    self.lexicon = lexicon
    conversations = try Self.read("conversations", in: folder, lexicon)
    passages = try Self.read("passages", in: folder, lexicon)
    registers = try Self.read("registers", in: folder, lexicon)
    stories = try Self.read("stories", in: folder, lexicon)
    arithmetic = try Self.read("arithmetic", in: folder, lexicon)
    questions = try Self.read("world", in: folder, lexicon)
    velish = try Self.read("velish", in: folder, lexicon)
    card = try InputFile<RecipeFileError>.text(of: folder + "/card.md", limit: 1 << 20)
    dictionary = VelishDictionary(of: velish, unlike: lexicon.words)
    world = DemoWorld(lexicon, questions)
  }

  private static func read<Text: Decodable>(
    _ name: String,
    in folder: String,
    _ lexicon: Lexicon?
  ) throws(RecipeFileError) -> Text {
    let file = "\(folder)/\(name).json"
    let bytes = try InputFile<RecipeFileError>.bytes(of: file, limit: 1 << 24)
    let decoder = JSONDecoder()
    if let key = CodingUserInfoKey.lexicon { decoder.userInfo[key] = lexicon }
    do {
      return try decoder.decode(Text.self, from: Data(bytes))
    } catch {
      throw .malformed(file: file, problem: (error as? DecodingError)?.sentence ?? "\(error)")
    }
  }
}

extension CodingUserInfoKey {
  /// The words that the templates of a file may draw from.
  static let lexicon = CodingUserInfoKey(rawValue: "lexicon")
}

extension DecodingError {
  /// Where in the file something is wrong, and what.
  fileprivate var sentence: String {
    switch self {
    case .keyNotFound(let key, let context): Self.place(context) + "there is no \"\(key.stringValue)\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      Self.place(context) + context.debugDescription.trimmingCharacters(in: ["."])
    @unknown default: "\(self)"
    }
  }

  private static func place(_ context: Context) -> String {
    let keys = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }
    return keys.isEmpty ? "" : "in \(keys.joined().trimmingPrefix(".")) "
  }
}
