import Foundation
import SpecFiles
import Testing

@Suite struct SHA256Tests {
  private static let longMessage =
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"

  /// The examples of FIPS 180-4 and of NIST's collection of test vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (longMessage, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
  ])
  func hashesThePublishedMessages(message: String, expected: String) {
    #expect(SHA256.hexDigest(of: Data(message.utf8)) == expected)
    #expect(SHA256.hexDigest(of: Array(message.utf8)) == expected)
  }

  @Test func hashesAMillionLettersInUnevenPieces() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    var hash = SHA256()
    var left = 1_000_000
    var piece = 1
    while left > 0 {
      hash.update([UInt8](repeating: UInt8(ascii: "a"), count: min(piece, left)))
      left -= min(piece, left)
      piece = piece % 200 + 1
    }
    #expect(hash.hexDigest() == expected)
  }

  /// Around the sizes at which the padding needs one more block.
  @Test func piecesGiveTheHashOfTheWhole() {
    for count in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 300] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      for cut in stride(from: 0, through: count, by: 7) {
        var hash = SHA256()
        hash.update(bytes[..<cut])
        hash.update(bytes[cut...])
        #expect(hash.hexDigest() == SHA256.hexDigest(of: bytes))
      }
    }
  }

  @Test func aDigestMayBeFollowedByMoreBytes() {
    var hash = SHA256()
    hash.update(Data("ab".utf8))
    #expect(hash.hexDigest() == SHA256.hexDigest(of: Data("ab".utf8)))
    hash.update(Data("c".utf8))
    #expect(hash.digest().prefix(4) == [0xba, 0x78, 0x16, 0xbf])
  }
}
