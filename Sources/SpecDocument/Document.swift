/// A report: what it says, without how it is written down. A renderer writes it as Markdown, HTML, LaTeX or plain text.
package struct Document: Sendable {
  /// The parts in their order.
  package var blocks: [Block]

  /// Makes a document of blocks.
  package init(_ blocks: [Block]) { self.blocks = blocks }

  /// Every plot, in the order of the blocks.
  package var plots: [Plot] {
    blocks.compactMap { block in
      if case .plot(let plot) = block { plot } else { nil }
    }
  }
}

/// A part of a document.
package enum Block: Sendable {
  /// A title; level 1 is that of the whole document.
  case heading(Int, RichText)
  case paragraph(RichText)
  case list([ListItem])
  case table(Table)
  /// What a reader must not miss, set apart from the rest.
  case note([Block])
  case plot(Plot)
  /// Labels, each with what belongs to it.
  case fields(Fields)
  /// A line for those who read the source of a LaTeX document. The other formats leave it out.
  case comment(RichText)
}

/// A point of a list, with the points of a second level that belong to it.
package struct ListItem: Sendable {
  package let text: RichText
  package let items: [RichText]

  /// Makes a point; without `items` it has no second level.
  package init(_ text: RichText, items: [RichText] = []) {
    self.text = text
    self.items = items
  }
}

/// Labels, each with what belongs to it: on a terminal beside each other, elsewhere a list.
package struct Fields: Sendable {
  /// What the labels belong to; nil where the text before says it.
  package let title: RichText?
  /// An empty label leaves its text alone.
  package let entries: [(label: String, text: RichText)]
  /// How many columns a terminal keeps for the labels. Nil: a text follows its label.
  package let labelColumns: Int?

  /// Makes fields; the properties say what each value means. Labels are raw text.
  package init(title: RichText? = nil, labelColumns: Int? = nil, _ entries: [(label: String, text: RichText)]) {
    self.title = title
    self.entries = entries
    self.labelColumns = labelColumns
  }
}

/// A drawing with the name of its file.
package struct Plot: Sendable {
  /// The name of the file without its ending, such as `speedup`.
  package let name: String
  private let drawing: any PlotDrawing

  /// Names a drawing.
  package init(name: String, _ drawing: any PlotDrawing) {
    self.name = name
    self.drawing = drawing
  }

  /// What the drawing shows.
  package var title: String { drawing.title }
  /// The drawing in scalable vector graphics.
  package var svg: String { drawing.rendered }
}

/// What can be drawn.
package protocol PlotDrawing: Sendable {
  /// What is shown, in a few words.
  var title: String { get }
  /// The drawing in scalable vector graphics.
  var rendered: String { get }
}
