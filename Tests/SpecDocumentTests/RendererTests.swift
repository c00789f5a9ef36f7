import SpecDocument
import SpecFiles
import Testing

/// One document, written in each format.
@Suite struct RendererTests {
  private static let document: Document = {
    var table = Table(labels: ["Name"], numbers: ["x", "95 % interval"])
    table.append(["vanilla_1", "1.00×", "–"])
    table.append(["a|b", "2"])
    table.notes = ["Notes are \(strong: "below")."]
    return Document([
      .comment("from \("a\nb")"), .heading(1, "Title of \("_x_")"),
      .paragraph("One\ntwo, \(code: "a`b") and \(3)."),
      .list([ListItem("\(strong: "First"):", items: ["inner"]), ListItem("second")]), .table(table),
      .note([.paragraph("Mind"), .list([ListItem("this & that")])]),
      .plot(Plot(name: "p", ShareBarPlot(title: "Shares", note: "in percent", parts: ["a"], rows: [("r", [1])]))),
      .fields(Fields(labelColumns: 8, [("Cores", "two"), ("", "alone")])),
    ])
  }()

  @Test func markdown() {
    let text = """
      # Title of \\_x\\_

      One
      two, ``a`b`` and 3.

      - **First**:
        - inner
      - second

      | Name      |     x | 95 % interval |
      | --------- | ----: | ------------: |
      | vanilla_1 | 1.00× |             – |
      | a\\|b      |     2 |               |

      Notes are **below**.

      > Mind
      >
      > - this \\& that

      ![Shares](plots/p.svg)

      - **Cores**: two
      - alone

      """
    #expect(MarkdownRenderer(plots: ["p": "plots/p.svg"]).render(Self.document) == text)
    let plain = text.replacing("![Shares](plots/p.svg)\n\n", with: "")
    #expect(MarkdownRenderer().render(Self.document) == plain)
  }

  @Test func page() {
    let page = HTMLRenderer().render(Self.document, title: "<Report>")
    let plot = Self.document.plots[0].svg
    #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.contains("<title>&lt;Report&gt;</title>"))
    let body = """
      <body>
      <h1>Title of _x_</h1>
      <p>One
      two, <code>a`b</code> and 3.</p>
      <ul><li><strong>First</strong>:<ul><li>inner</li></ul></li><li>second</li></ul>
      <div class="scroll"><table>
      <thead><tr><th>Name</th><th class="r">x</th><th class="r">95 % interval</th></tr></thead>
      <tbody>
      <tr><td>vanilla_1</td><td class="r">1.00×</td><td class="r">–</td></tr>
      <tr><td>a|b</td><td class="r">2</td><td class="r"></td></tr>
      </tbody></table></div>
      <p>Notes are <strong>below</strong>.</p>
      <blockquote><p>Mind</p>
      <ul><li>this &amp; that</li></ul></blockquote>
      \(plot)
      <ul><li><strong>Cores</strong>: two</li><li>alone</li></ul>
      </body>
      """
    #expect(page.contains(body), "\(page)")
  }

  @Test func latex() {
    #expect(
      LaTeXRenderer().render(Self.document) == #"""
        % from a b
        \section*{Title of \_x\_}

        One two, \texttt{a`b} and 3.

        \begin{itemize}
        \item \textbf{First}:
        \begin{itemize}
        \item inner
        \end{itemize}
        \item second
        \end{itemize}

        \begin{tabular}{lrr}
        \toprule
        Name & x & 95\,\% interval \\
        \midrule
        vanilla\_1 & 1.00$\times$ & -- \\
        a\textbar{}b & 2 &  \\
        \bottomrule
        \multicolumn{3}{p{0.9\linewidth}}{\footnotesize
        Notes are \textbf{below}.} \\
        \end{tabular}

        \begin{quote}
        Mind

        \begin{itemize}
        \item this \& that
        \end{itemize}
        \end{quote}

        \begin{itemize}
        \item \textbf{Cores}: two
        \item alone
        \end{itemize}

        """#
    )
  }

  @Test func plainText() {
    let text = """
      Title of _x_
      ============

      One two, a`b and 3.

      - First:
        - inner
      - second

      | Name      |     x | 95 % interval |
      | --------- | ----: | ------------: |
      | vanilla_1 | 1.00× |             – |
      | a|b       |     2 |               |

      Notes are below.

      | Mind
      |
      | - this & that

      Cores   two
              alone

      """
    #expect(TerminalRenderer().render(Self.document) == text)
    #expect(TerminalRenderer(columns: 80).render(Self.document) == text)
  }

  /// Where a terminal has no room, paragraphs are broken and tables are lists.
  @Test func narrowTerminal() {
    var table = Table(labels: ["Name", "Long title"], numbers: [])
    table.append(["one", "some words in a row"])
    table.append(["two", "x"])
    let fields = Fields(title: "method", [("", "does this and that"), ("steps=6", "the most tokens of a draft")])
    let document = Document([.paragraph("one two three four five"), .table(table), .fields(fields)])
    #expect(
      TerminalRenderer(columns: 20).render(document) == """
        one two three four
        five

        Name          one
          Long title  some
                      words
                      in a
                      row

        Name          two
          Long title  x

        method
          does this and that
          steps=6  the most
            tokens of a
            draft

        """
    )
  }

  @Test func cellsThatAreLeftOutStayEmpty() {
    var table = Table(labels: ["Name"], numbers: ["x"])
    #expect(table.isEmpty)
    table.append(["b"])
    table.append(["c", "1", "too many"])
    #expect(table.rows == [["b", ""], ["c", "1"]])
  }
}
