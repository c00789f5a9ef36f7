import SpecFiles
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("kangaro", "kangaroo"), ("Kangaroo", "kangaroo"), ("medsua", "medusa"), ("vanilla ", "vanilla"),
    ("lookhaead", "lookahead"),
  ])
  func aMisspelledNameIsFound(name: String, meant: String) {
    #expect(nearestName(to: name, among: ["vanilla", "kangaroo", "kangaroo-tree", "medusa", "lookahead"]) == meant)
  }

  @Test(arguments: ["", "eagle", "x", String(repeating: "kangaroo", count: 1000)])
  func aStrangeNameIsNot(name: String) {
    #expect(nearestName(to: name, among: ["vanilla", "kangaroo", "medusa"]) == nil)
    #expect(nearestNameHint(for: name, among: []).isEmpty)
  }
}
