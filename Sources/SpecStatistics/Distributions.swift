import Foundation

/// The distributions that intervals and tests need, from the regularized incomplete beta function.
package enum Distributions {
  /// The quantile of Student's t distribution, by bisection of its distribution function.
  ///
  /// - Parameters:
  ///   - probability: between 0 and 1, both excluded.
  ///   - degreesOfFreedom: above 0; may be a fraction, and infinite.
  /// - Returns: the value that a t variable stays below with this probability, to 12 digits.
  package static func studentQuantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
    precondition(probability > 0 && probability < 1 && degreesOfFreedom > 0, "no such quantile")
    if probability == 0.5 { return 0 }
    if probability < 0.5 { return -studentQuantile(1 - probability, degreesOfFreedom: degreesOfFreedom) }
    // From there on the distribution is the normal one to seven digits, and the differences of logarithms lose theirs.
    let degreesOfFreedom = min(degreesOfFreedom, 1e7)
    var (low, high) = (0.0, 1.0)
    while studentTail(high, degreesOfFreedom: degreesOfFreedom) > 1 - probability { high *= 2 }
    while high - low > 1e-12 * high {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if studentTail(middle, degreesOfFreedom: degreesOfFreedom) > 1 - probability {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }

  /// The probability that a t variable exceeds a value of at least 0.
  private static func studentTail(_ value: Double, degreesOfFreedom: Double) -> Double {
    incompleteBeta(degreesOfFreedom / (degreesOfFreedom + value * value), degreesOfFreedom / 2, 0.5) / 2
  }

  /// The regularized incomplete beta function I_x(a, b).
  ///
  /// - Parameters:
  ///   - x: from 0 to 1.
  ///   - a: above 0.
  ///   - b: above 0.
  /// - Returns: a probability.
  package static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
    // The continued fraction converges fast on this side of the mean; the other side follows by symmetry.
    if x < (a + 1) / (a + b + 2) { return front * continuedFraction(x, a, b) / a }
    return 1 - front * continuedFraction(1 - x, b, a) / b
  }

  /// The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method.
  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      for factor in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / kept(1 + factor * d)
        c = kept(1 + factor / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return result
  }

  /// The logarithm of the gamma function for a positive argument. `lgamma` itself keeps its sign in a global variable.
  private static func logGamma(_ value: Double) -> Double {
    // Stirling's series (DLMF 5.11.1) is exact to 1e-16 from 10 on; smaller arguments are lifted there.
    var (argument, shift) = (value, 0.0)
    while argument < 10 {
      shift += log(argument)
      argument += 1
    }
    let inverse = 1 / argument
    let square = inverse * inverse
    let series =
      inverse * (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square * (1 / 1680.0 - square / 1188.0))))
    return (argument - 0.5) * log(argument) - argument + 0.5 * log(2 * Double.pi) + series - shift
  }
}
