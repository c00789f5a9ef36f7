import SpecFiles

/// An error of the tests' own that keeps the problem as it is.
struct TestFailure: InputFailure, Equatable {
  let problem: InputProblem
  let file: String

  init(_ problem: InputProblem, file: String) {
    self.problem = problem
    self.file = file
  }
}

/// Runs what must fail and returns the problem.
func problem(of body: () throws(TestFailure) -> some Any) -> InputProblem? {
  do {
    _ = try body()
    return nil
  } catch {
    return error.problem
  }
}

func parse(_ text: String, line: Int? = nil, repeatedKeys: Bool = true) throws(TestFailure) -> JSONValue? {
  try parse(Array(text.utf8)[...], line: line, repeatedKeys: repeatedKeys)
}

func parse(_ text: ArraySlice<UInt8>, line: Int? = nil, repeatedKeys: Bool = true) throws(TestFailure) -> JSONValue? {
  try JSONField<TestFailure>(parsing: text, file: "a.json", line: line, repeatedKeys: repeatedKeys).value
}

func string(_ text: String) -> JSONValue {
  .string(Array(text.utf8)[...])
}

func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
  .object(members.map { JSONMember(key: Array($0.utf8)[...], value: $1) })
}
