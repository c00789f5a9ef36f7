import Foundation
import SpecStatistics
import Testing

@Suite struct DistributionTests {
  /// Two-sided 95 % points of the published tables of Student's t.
  @Test(arguments: [
    (1.0, 12.7062047362), (2, 4.30265272975), (5, 2.57058183564), (10, 2.22813885199), (30, 2.0422724563),
    (120, 1.97993040505), (1e7, 1.95996421),
  ])
  func studentAsInTheTables(degrees: Double, point: Double) {
    let quantile = Distributions.studentQuantile(0.975, degreesOfFreedom: degrees)
    #expect(abs(quantile - point) < 2e-8 * point)
    #expect(Distributions.studentQuantile(0.025, degreesOfFreedom: degrees) == -quantile)
  }

  /// I_x(2, 3) = 6x² − 8x³ + 3x⁴, and symmetry.
  @Test func incompleteBetaByHand() {
    for x in [0.0, 0.1, 0.35, 0.5, 0.9, 1] {
      let expected = 6 * x * x - 8 * x * x * x + 3 * x * x * x * x
      #expect(abs(Distributions.incompleteBeta(x, 2, 3) - expected) < 1e-14)
      let other = 1 - Distributions.incompleteBeta(1 - x, 7.5, 0.5)
      #expect(abs(Distributions.incompleteBeta(x, 0.5, 7.5) - other) < 1e-13)
    }
  }
}
