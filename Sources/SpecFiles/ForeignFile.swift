/// What a file is that is not what its name says, told by its first bytes.
public enum ForeignFile: Equatable, Sendable {
  /// There is nothing in it, or only white space.
  case empty
  /// The text that stands in a repository for a large file.
  case gitLFSPointer
  /// A web page, mostly one that says why a download failed.
  case webPage
  /// A ZIP archive; PyTorch's own checkpoints are such archives, too.
  case zip
  /// Data packed by gzip.
  case gzip
  /// A model in the format of llama.cpp.
  case gguf
  /// A table in the format Parquet.
  case parquet
  /// A database of SQLite.
  case database
  /// Tensors in the format safetensors.
  case safetensors
  /// A document in the format PDF.
  case pdf
  /// Text in UTF-16.
  case utf16
  /// A table in text, whose columns a character keeps apart.
  case table(separator: Character)

  /// Finds out what a file is; nil for all that may be what it should be.
  ///
  /// - Parameter bytes: the beginning of the file, 512 bytes where there are as many.
  public init?(beginning bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(512))
    let text = start.drop { $0 == 0x20 || 0x09...0x0D ~= $0 }
    func begins(_ words: String...) -> Bool {
      let lowercased = text.prefix(64).map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 }
      return words.contains { lowercased.starts(with: $0.utf8) }
    }
    if text.isEmpty, bytes.count <= start.count {
      self = .empty
    } else if begins("version https://git-lfs", "version https://hawser") {
      self = .gitLFSPointer
    } else if begins("<!doctype", "<html", "<head", "<?xml", "<!--") {
      self = .webPage
    } else if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      self = .zip
    } else if start.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if start.starts(with: "GGUF".utf8) {
      self = .gguf
    } else if start.starts(with: "PAR1".utf8) {
      self = .parquet
    } else if start.starts(with: "SQLite format 3".utf8) {
      self = .database
    } else if start.starts(with: "%PDF-".utf8) {
      self = .pdf
    } else if start.count > 9, start[8] == 0x7B, start[9] == 0x22, start[4..<8].allSatisfy({ $0 == 0 }) {
      // The length of a header, then the header in JSON.
      self = .safetensors
    } else if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
      || start.count > 3 && (start[0] == 0) != (start[1] == 0) && (start[2] == 0) != (start[3] == 0)
    {
      self = .utf16
    } else {
      return nil
    }
  }

  /// What the file is, as a noun.
  public var description: String {
    switch self {
    case .empty: "an empty file"
    case .gitLFSPointer: "a Git LFS pointer"
    case .webPage: "a web page"
    case .zip: "a ZIP archive"
    case .gzip: "a gzip archive"
    case .gguf: "a GGUF model"
    case .parquet: "a Parquet table"
    case .database: "an SQLite database"
    case .safetensors: "a file of tensors (safetensors)"
    case .pdf: "a PDF document"
    case .utf16: "text in UTF-16"
    case .table: "what looks like a table (CSV)"
    }
  }

  /// What should be in the place of the file, as a noun.
  var whatIsWanted: String {
    if case .table = self { "one JSON object in each line" } else { "the file that its name promises" }
  }

  /// What to do, as an imperative.
  public var advice: String {
    switch self {
    case .empty: "download or write it again"
    case .gitLFSPointer: "run 'git lfs pull' in its folder to fetch the file itself"
    case .webPage: "download the file itself again, since this page may say why the download failed"
    case .zip: "unpack it; weights that PyTorch saved are read as pytorch_model.bin, or saved as safetensors"
    case .gzip: "unpack it with gunzip"
    case .gguf: "name the model's folder in Hugging Face layout, with safetensors"
    case .parquet: "convert it, with Python: pandas.read_parquet(FILE).to_json(OUTPUT, orient='records', lines=True)"
    case .database, .safetensors, .pdf: "name the file that was meant"
    case .utf16: "save it in UTF-8, as with: iconv -f UTF-16 -t UTF-8 FILE > OUTPUT"
    case .table(let separator):
      "convert it, with Python: pandas.read_csv(FILE\(Self.separatorOption(separator)))"
        + ".to_json(OUTPUT, orient='records', lines=True)"
    }
  }

  private static func separatorOption(_ separator: Character) -> String {
    switch separator {
    case ",": ""
    case "\t": ", sep='\\t'"
    default: ", sep='\(separator)'"
    }
  }
}
