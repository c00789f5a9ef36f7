import SpecSuite

/// Numbers with neighbors drawn together, in their order: `1-10,41-50`.
func rangesText(_ numbers: [Int]) -> String {
  var ranges: [ClosedRange<Int>] = []
  for number in numbers {
    if let last = ranges.last, last.upperBound < number, last.upperBound == number - 1 {
      ranges[ranges.count - 1] = last.lowerBound...number
    } else {
      ranges.append(number...number)
    }
  }
  return ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    .joined(separator: ",")
}

/// The ids of questions in their order: integers with neighbors drawn together, others as they are written.
func questionsText(_ ids: [QuestionID]) -> String {
  var parts: [String] = []
  var numbers: [Int] = []
  for id in ids {
    if id.written == nil {
      numbers.append(id.key)
      continue
    }
    if !numbers.isEmpty { parts.append(rangesText(numbers)) }
    numbers = []
    parts.append(id.written ?? id.text)
  }
  if !numbers.isEmpty { parts.append(rangesText(numbers)) }
  return parts.joined(separator: ",")
}
