import SpecDecoding
import SpecTestSupport
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

  /// Every registered method, with two values for each of two settings.
  @Test(arguments: MethodRegistry.builtIn.methods.map(\.name)) func everyMethodHasAGrid(_ name: String) throws {
    let method = try MethodRegistry.builtIn.method(named: name)
    let trained = (method.companion?.trainedFor ?? []).map(\.setting)
    let settings = method.settings.filter { setting in
      setting.name != method.companion?.setting.name && !trained.contains(setting.name)
    }
    var random = SeededRandom(seed: 9)
    let values = settings.prefix(2).map { setting in
      var two = Set<String>()
      while two.count < 2 { two.insert(setting.randomValue(&random)) }
      return (setting.name, two.sorted())
    }
    let text = values.map { "\($0)=\($1.joined(separator: "+"))" }.joined(separator: ",")
    let specs = try SettingGrid.specs(text.isEmpty ? name : "\(name):\(text)")
    #expect(specs.count == 1 << values.count)
    for spec in specs { #expect(spec.settings.map(\.name) == method.settings.map(\.name)) }
  }

  /// A companion is trained for some settings: one of other settings would be another file.
  @Test func companionsServeWhatTheyAreTrainedFor() throws {
    for method in MethodRegistry.builtIn.methods {
      guard let companion = method.companion else { continue }
      for setting in companion.trainedFor.map(\.setting) {
        #expect(throws: DecodingError.self) { try SettingGrid.specs("\(method.name):\(setting)=1+2") }
        let own = [1, 2].map { "\(method.name):\(setting)=\($0),\(companion.setting.name)=folder\($0)" }
        #expect(try SettingGrid.specs(own.joined(separator: ",")).count == 2)
      }
    }
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
