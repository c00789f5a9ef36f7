import SpecFiles

/// The report as one page that needs no other file: the Markdown report with its plots drawn in place.
public enum HTMLReport {
  /// Renders a run.
  ///
  /// - Parameter summary: The run.
  /// - Returns: An HTML document.
  public static func render(_ summary: RunSummary) -> String {
    let plots = RunPlots.render(summary)
    let places = Dictionary(plots.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
    let text = MarkdownReport.render(summary, plots: places)
    let drawings = Dictionary(plots.map { ($0.name, $0.svg) }, uniquingKeysWith: { first, _ in first })
    return page(title: "SpecBench report", MarkdownPage(drawings: drawings).html(of: text))
  }

  /// A page around a body, in the reader's light or dark mode.
  static func page(title: String, _ body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(MarkupText.escaped(title))</title>
    <style>\(style)</style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }

  private static let style = """
    body{font:15px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;max-width:60rem;margin:2rem auto;\
    padding:0 1rem;color:#1f2328;background:#fff}
    h1,h2{line-height:1.25;margin-top:2rem}
    h1,h2,p,li{overflow-wrap:anywhere}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
    th,td{padding:.25rem .6rem;border-bottom:1px solid #d1d9e0;white-space:nowrap;text-align:left}
    .r{text-align:right}
    code{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.85em;overflow-wrap:anywhere}
    blockquote{margin:1rem 0;padding:.2rem 1rem;border-left:4px solid #d29922}
    .plot{display:block;max-width:100%;height:auto;margin:1rem 0}
    @media (prefers-color-scheme:dark){body{color:#f0f6fc;background:#0d1117}th,td{border-color:#3d444d}}
    """
}
