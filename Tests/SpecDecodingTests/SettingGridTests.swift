import SpecDecoding
import Testing

@Suite struct SettingGridTests {
  @Test func everyCombinationOnce() throws {
    let specs = try SettingGrid.specs("kangaroo:steps=2+4,threshold=0.2+0.6,medusa:tree=small")
    let wanted = [("2", "0.2"), ("2", "0.6"), ("4", "0.2"), ("4", "0.6")]
    #expect(specs.count == 5 && specs[4].method == "medusa")
    for (spec, values) in zip(specs, wanted) {
      #expect(spec.settings.first { $0.name == "steps" }?.value == values.0)
      #expect(spec.settings.first { $0.name == "threshold" }?.value == values.1)
    }
    #expect(try SettingGrid.specs("kangaroo:steps=2+2").count == 1)
  }

  /// An adapter is trained for one exit layer; another exit layer needs one of its own.
  @Test func exitLayersDoNotShareAnAdapter() throws {
    let error = #expect(throws: DecodingError.self) { try SettingGrid.specs("kangaroo:exit=2+3") }
    #expect(error?.description.contains("cannot serve 2 and 3") == true)
    #expect(throws: DecodingError.self) { try SettingGrid.specs("kangaroo:exit=2,kangaroo-tree:exit=3") }
    #expect(try SettingGrid.specs("kangaroo:exit=2,adapter=a,kangaroo:exit=3,adapter=b").count == 2)
  }

  @Test func whatCannotBeIsRefused() {
    #expect(throws: DecodingError.self) { try SettingGrid.specs("kangaroo:steps=2+x") }
    #expect(throws: DecodingError.self) { try SettingGrid.specs("kangaroo:steps=2+") }
    #expect(throws: DecodingError.self) { try SettingGrid.specs("kangaru:steps=2") }
    let many = (1...40).map(String.init).joined(separator: "+")
    let thresholds = (0..<40).map { "0.\($0 + 10)" }.joined(separator: "+")
    #expect(throws: DecodingError.self) { try SettingGrid.specs("kangaroo:steps=\(many),threshold=\(thresholds)") }
  }
}
