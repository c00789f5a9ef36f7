import SpecKernels
import SpecTraining

extension TrainingObjective {
  /// Changes all parameters at random: first weights are small and partly zero, which would hide mistakes.
  func disturb() {
    for (index, parameter) in parameters.enumerated() {
      var random = RandomStream(seed: UInt64(index), name: "disturbance")
      parameter.value.withMutableNumbers { numbers in
        for number in numbers.indices { numbers[number] += 0.15 * Float(random.normal()) }
      }
    }
  }
}
