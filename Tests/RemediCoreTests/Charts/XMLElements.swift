import Foundation
import XCTest

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements of a document that is well-formed XML, with their attributes.
final class XMLElements: NSObject, XMLParserDelegate {
    private(set) var names: [String: Int] = [:]
    private(set) var attributes: [(element: String, name: String, value: String)] = []

    init(_ document: String, file: StaticString = #filePath, line: UInt = #line) {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        XCTAssertTrue(
            parser.parse(), "\(String(describing: parser.parserError)), line \(parser.lineNumber)",
            file: file, line: line)
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        names[name, default: 0] += 1
        self.attributes += attributes.map { (name, $0.key, $0.value) }
    }

    /// What elements point to.
    var addresses: [String] {
        attributes.filter { ["href", "src", "xlink:href", "data"].contains($0.name) }.map(\.value)
    }

    func values(of name: String, in element: String) -> [String] {
        attributes.filter { $0.element == element && $0.name == name }.map(\.value)
    }
}
