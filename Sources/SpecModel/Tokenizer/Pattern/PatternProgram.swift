/// A pattern translated into steps for ``PatternMatcher``.
struct PatternProgram: Sendable {
  /// One step. Unless it says otherwise the next one follows it.
  enum Step: Sendable {
    /// Consumes this scalar.
    case scalar(UInt32)
    /// Consumes a scalar of a class.
    case member(Int)
    /// Consumes scalars of a class as often as possible, then fewer where what follows fails.
    case greedyRun(class: Int, minimum: Int, maximum: Int)
    /// Consumes scalars of a class as seldom as possible, then more.
    case lazyRun(class: Int, minimum: Int, maximum: Int)
    /// Consumes scalars of a class as often as possible and stays with that.
    case possessiveRun(class: Int, minimum: Int, maximum: Int)
    /// Goes on at one step and, if that fails, at another.
    case fork(first: Int, second: Int)
    case jump(Int)
    /// Goes on where the scalar ahead belongs to a class, or does not.
    case peek(class: Int, isNegated: Bool)
    /// Goes on where a part matches ahead, or does not.
    case look(part: Int, isNegated: Bool)
    /// Goes on where a part of so many scalars matches up to here, or does not.
    case lookBack(part: Int, length: Int, isNegated: Bool)
    /// Consumes the first match of a part and stays with it.
    case atomic(Int)
    case anchor(PatternNode.Anchor)
    case accept
  }

  /// A pattern in use has a few dozen steps.
  private static let mostSteps = 20_000

  private(set) var steps: [Step] = []
  private(set) var classes: [ScalarClass] = []
  /// Parts that are matched by themselves.
  private(set) var parts: [PatternProgram] = []

  private var sets: [ScalarSet] = []
  private var mayGrow = 0

  init(_ node: PatternNode) throws(PatternError) {
    try self.init(node, mayGrow: Self.mostSteps)
  }

  private init(_ node: PatternNode, mayGrow: Int) throws(PatternError) {
    self.mayGrow = mayGrow
    try add(node)
    try append(.accept)
    sets = []
  }

  private mutating func append(_ step: Step) throws(PatternError) {
    guard steps.count < mayGrow else { throw PatternError(problem: "repetitions of more than \(Self.mostSteps) steps") }
    steps.append(step)
  }

  private mutating func classIndex(_ set: ScalarSet) -> Int {
    if let index = sets.firstIndex(of: set) { return index }
    sets.append(set)
    classes.append(ScalarClass(set))
    return classes.count - 1
  }

  private mutating func addPart(_ node: PatternNode) throws(PatternError) -> Int {
    let part = try PatternProgram(node, mayGrow: mayGrow - steps.count)
    mayGrow -= part.steps.count
    parts.append(part)
    return parts.count - 1
  }

  private mutating func add(_ node: PatternNode) throws(PatternError) {
    switch node {
    case .empty: break
    case .scalar(.ranges(let ranges)) where ranges.count == 1 && ranges[0].count == 1:
      try append(.scalar(ranges[0].lowerBound))
    case .scalar(let set): try append(.member(classIndex(set)))
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .choice(let branches): try addChoice(branches)
    case .repeated(let node, let minimum, let maximum, let greed):
      try addRepetition(node, minimum, maximum, greed)
    case .lookahead(.scalar(let set), let isNegated):
      try append(.peek(class: classIndex(set), isNegated: isNegated))
    case .lookahead(let node, let isNegated): try append(.look(part: addPart(node), isNegated: isNegated))
    case .lookbehind(let node, let isNegated): try addLookbehind(node, isNegated)
    case .atomic(let node): try append(.atomic(addPart(node)))
    case .anchor(let anchor): try append(.anchor(anchor))
    }
  }

  /// `fork(branch, next)` before each branch but the last, and a jump to the end behind each.
  private mutating func addChoice(_ branches: [PatternNode]) throws(PatternError) {
    var jumps: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index < branches.count - 1 else {
        try add(branch)
        break
      }
      let fork = steps.count
      try append(.fork(first: fork + 1, second: 0))
      try add(branch)
      jumps.append(steps.count)
      try append(.jump(0))
      steps[fork] = .fork(first: fork + 1, second: steps.count)
    }
    for jump in jumps { steps[jump] = .jump(steps.count) }
  }

  private mutating func addLookbehind(_ node: PatternNode, _ isNegated: Bool) throws(PatternError) {
    // Branches may differ in length: each is looked for by itself.
    let branches = if case .choice(let nodes) = node { nodes } else { [node] }
    var looks: [PatternNode] = []
    for branch in branches {
      guard branch.fixedLength != nil else {
        throw PatternError(problem: "a look behind over a text of no fixed length")
      }
      looks.append(.lookbehind(branch, isNegated: isNegated))
    }
    if looks.count == 1, let length = node.fixedLength {
      return try append(.lookBack(part: addPart(node), length: length, isNegated: isNegated))
    }
    // Not one of them, or one of them.
    if isNegated { for look in looks { try add(look) } } else { try addChoice(looks) }
  }

  private mutating func addRepetition(
    _ node: PatternNode,
    _ minimum: Int,
    _ maximum: Int?,
    _ greed: PatternNode.Greed
  ) throws(PatternError) {
    if case .scalar(let set) = node {
      let (index, most) = (classIndex(set), maximum ?? Int.max)
      switch greed {
      case .greedy: try append(.greedyRun(class: index, minimum: minimum, maximum: most))
      case .lazy: try append(.lazyRun(class: index, minimum: minimum, maximum: most))
      case .possessive: try append(.possessiveRun(class: index, minimum: minimum, maximum: most))
      }
      return
    }
    if greed == .possessive {
      let inner = PatternNode.repeated(node, minimum: minimum, maximum: maximum, .greedy)
      return try append(.atomic(addPart(inner)))
    }
    for _ in 0..<minimum { try add(node) }
    guard let maximum else { return try addLoop(node, greed) }
    var forks: [Int] = []
    for _ in minimum..<max(minimum, maximum) {
      forks.append(steps.count)
      try append(.fork(first: 0, second: 0))
      try add(node)
    }
    for fork in forks { steps[fork] = branch(at: fork, into: fork + 1, past: steps.count, greed) }
  }

  private mutating func addLoop(_ node: PatternNode, _ greed: PatternNode.Greed) throws(PatternError) {
    let fork = steps.count
    try append(.fork(first: 0, second: 0))
    try add(node)
    try append(.jump(fork))
    steps[fork] = branch(at: fork, into: fork + 1, past: steps.count, greed)
  }

  private func branch(at fork: Int, into: Int, past: Int, _ greed: PatternNode.Greed) -> Step {
    greed == .lazy ? .fork(first: past, second: into) : .fork(first: into, second: past)
  }
}
