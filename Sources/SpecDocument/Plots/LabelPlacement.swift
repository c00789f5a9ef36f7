/// Finds room for labels beside the points they belong to, so that none covers a point, a line or another label.
struct LabelPlacement {
  /// Where a label stands.
  struct Place {
    /// The label's left end.
    let x: Double
    /// Its base line.
    let y: Double
    /// From the point to the label, where it stands too far away to be read as the point's.
    let leader: [(x: Double, y: Double)]?
  }

  /// What is covered.
  private struct Box {
    let left, right, top, bottom: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    func contains(_ other: Box) -> Bool {
      left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom
    }

    init(left: Double, right: Double, top: Double, bottom: Double) {
      (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    }

    init(around point: (x: Double, y: Double), reach: Double) {
      self.init(left: point.x - reach, right: point.x + reach, top: point.y - reach, bottom: point.y + reach)
    }
  }

  private let area: Box
  private var taken: [Box] = []

  /// Room between four edges.
  init(left: Double, right: Double, top: Double, bottom: Double) {
    area = Box(left: left, right: right, top: top, bottom: bottom)
  }

  /// Keeps labels away from a point.
  mutating func avoid(_ point: (x: Double, y: Double)) { taken.append(Box(around: point, reach: 5)) }

  /// Keeps labels away from a line through some points.
  mutating func avoid(line points: [(x: Double, y: Double)]) {
    for (start, end) in zip(points, points.dropFirst()) {
      let steps = max(Int(max(abs(end.x - start.x), abs(end.y - start.y)) / 4), 1)
      for step in 0...steps {
        let share = Double(step) / Double(steps)
        let point = (x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y))
        taken.append(Box(around: point, reach: 1))
      }
    }
  }

  /// Finds the nearest free place for a label, and takes it.
  ///
  /// - Parameters:
  ///   - label: the text.
  ///   - point: what it belongs to.
  /// - Returns: nil where there is no room.
  mutating func place(_ label: String, at point: (x: Double, y: Double)) -> Place? {
    let width = SVGDrawing.width(of: label)
    for distance in 0..<12 {
      // Above before below; beside the point at first, then further up and down.
      for rise in distance == 0 ? [0.0] : [-14 * Double(distance), 14 * Double(distance)] {
        for shift in [8, -width - 8, -width / 2] where distance > 0 || shift != -width / 2 {
          let (left, middle) = (point.x + shift, point.y + rise)
          let box = Box(left: left - 2, right: left + width + 2, top: middle - 7, bottom: middle + 7)
          guard area.contains(box), !taken.contains(where: box.overlaps) else { continue }
          let end = (x: min(max(point.x, left), left + 0.9 * width), y: middle + (rise < 0 ? 7 : -7))
          let leader = distance < 2 ? nil : [point, end]
          taken.append(box)
          if let leader { avoid(line: leader) }
          return Place(x: left, y: middle + 4, leader: leader)
        }
      }
    }
    return nil
  }
}
