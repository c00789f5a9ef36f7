import Foundation
import SpecCore
import SpecDocument
import SpecTestSupport
import Testing

@Suite struct NumberFormatTests {
  @Test(
    arguments: [
      (0, 2, "0.00"), (-0.0, 2, "0.00"), (-0.001, 2, "0.00"), (0.005, 2, "0.01"), (0.004, 2, "0.00"),
      (1.727, 2, "1.73"),
      (9.996, 2, "10.00"), (-1.5, 1, "-1.5"), (-0.26, 1, "-0.3"), (123.44, 1, "123.4"), (99.95, 0, "100"),
      (0.4, 0, "0"), (1234567.891, 2, "1234567.89"), (1e20, 2, "1e+20"), (1e-300, 2, "0.00"),
    ] as [(Double, Int, String)]
  )
  func fixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(NumberFormat.fixed(value, decimals: decimals) == text)
  }

  @Test func whatIsNoNumberIsMissing() {
    for value in [nil, Double.nan, .infinity, -.infinity] as [Double?] {
      #expect(NumberFormat.ratio(value) == "–")
      #expect(NumberFormat.percent(value) == "–")
      #expect(NumberFormat.milliseconds(value) == "–")
      #expect(NumberFormat.rate(value) == "–")
      #expect(NumberFormat.mean(value) == "–")
    }
    #expect(NumberFormat.percent(Double.greatestFiniteMagnitude) == "–")
  }

  @Test func digitsAgreeWithFoundation() {
    var random = SplitMix64(seed: 41)
    let locale = Locale(identifier: "en_US_POSIX")
    for _ in 0..<10_000 {
      let value = Double.random(in: -2000...2000, using: &random)
      let decimals = Int.random(in: 0...3, using: &random)
      let expected = String(format: "%.\(decimals)f", locale: locale, value)
      let found = NumberFormat.fixed(value, decimals: decimals)
      #expect(found == expected || expected == "-" + found, "\(value)")
    }
  }

  @Test func units() {
    #expect(NumberFormat.ratio(1.7251) == "1.73x")
    #expect(NumberFormat.ratio(0) == "0.00x" && NumberFormat.ratio(0.1) == "0.10x")
    #expect(NumberFormat.ratio(0.0042) == "0.0042x" && NumberFormat.ratio(0.05) == "0.050x")
    #expect(NumberFormat.ratio(3.96e-7) == "0.00000040x" && NumberFormat.ratio(1e-300) == "0.00x")
    #expect(NumberFormat.percent(0.7123) == "71.2 %")
    #expect(NumberFormat.percent(1) == "100.0 %")
    #expect(NumberFormat.milliseconds(3.2149) == "3.21 ms")
    #expect(NumberFormat.milliseconds(0) == "0.00 ms")
    #expect(NumberFormat.milliseconds(0.0316) == "0.032 ms")
    #expect(NumberFormat.milliseconds(0.1) == "0.10 ms")
    #expect(NumberFormat.memory(64_000_000_000) == "59.6 GiB")
    #expect(NumberFormat.memory(0) == "0.0 GiB")
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1.0 K"), (999_949, "999.9 K"), (999_950, "1.0 M"), (67_108_864, "67.1 M"),
    (6_738_415_616, "6.7 B"), (1_500_000_000_000, "1.5 T"), (-67_108_864, "-67.1 M"), (-5, "-5"),
  ])
  func counts(value: Int, text: String) {
    #expect(NumberFormat.count(value) == text)
  }

  @Test func extremeCountsDoNotTrap() {
    #expect(NumberFormat.count(Int.max).hasSuffix(" T"))
    #expect(NumberFormat.count(Int.min).hasPrefix("-"))
  }
}
