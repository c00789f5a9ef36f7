import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Elements of an XML document as Foundation's parser finds them.
public final class MarkupReader: NSObject, XMLParserDelegate {
  /// An element inside the outermost one, in the order of the document.
  public struct Element {
    /// The tag.
    public let name: String
    /// The attributes.
    public let attributes: [String: String]
    /// All text inside.
    public var text = ""
  }

  /// A document that is not well-formed.
  public struct IllFormed: Error {
    /// Where the parser stopped.
    public let line: Int
  }

  /// The elements.
  public private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// Reads a document.
  public init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    guard parser.parse() else { throw IllFormed(line: parser.lineNumber) }
    elements.removeFirst()
  }

  /// A page in HTML as the program writes it: XML but for the document type and elements without an end.
  public convenience init(page: String) throws {
    let body = page.replacing("<!DOCTYPE html>", with: "").replacing(/<meta [^>]*>/, with: "")
    try self.init(body)
  }

  /// Called by the parser.
  public func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  /// Called by the parser.
  public func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  /// Called by the parser.
  public func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }
}
