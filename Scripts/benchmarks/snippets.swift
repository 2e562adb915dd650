import Foundation
import LanguageModels
import RemediCore

// Opens and asks attribute_snippets.json, or loads idf.npy and tfidf_vocab.json; prints JSON.  Compiled with
// the package's sources by snippets.py, which runs every measurement in a process of its own.

let arguments = CommandLine.arguments
let file = URL(fileURLWithPath: arguments[2])

/// Processor time, which a busy machine changes less than time on the clock.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = clock()
    try body()
    return Double(clock() - start) / Double(CLOCKS_PER_SEC)
}

/// The most memory that this process ever held, in bytes.
func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return 1024 * (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0)
}

/// `relation target` a line.
func pairs() throws -> [(String, String)] {
    try String(contentsOfFile: arguments[3], encoding: .utf8).split(separator: "\n").map {
        let ids = $0.split(separator: " ")
        return (String(ids[0]), String(ids[1]))
    }
}

var result: JSONObject = [:]
switch arguments[1] {
case "open":
    // The first time this makes the index.
    result["seconds"] = .number(try seconds { _ = try AttributeSnippets(file: file) })
case "query":
    let snippets = try AttributeSnippets(file: file)
    var (bytes, count) = (0, 0)
    result["seconds"] = .number(
        try seconds {
            for (relation, target) in try pairs() {
                let texts = try snippets.texts(relation: relation, target: target)
                bytes += texts.reduce(0) { $0 + $1.utf8.count }
                count += texts.count
            }
        })
    (result["bytes"], result["count"]) = (.integer(bytes), .integer(count))
case "print":
    let snippets = try AttributeSnippets(file: file)
    result["pairs"] = .array(
        try pairs().map { relation, target in
            let names = try snippets.names(relation: relation, target: target)
            let single = try names.indices.map {
                try snippets.name(at: $0, relation: relation, target: target)
            }
            precondition(single == names)
            return [
                "names": .array(names.map { .string($0) }),
                "texts": .array(
                    try snippets.texts(relation: relation, target: target).map { .string($0) }),
            ]
        })
case "terms":
    var vocabulary: TermVocabulary?
    result["vocabulary"] = .number(try seconds { vocabulary = try TermVocabulary(file: file) })
    var array: NumPyFile?
    result["array"] = .number(
        try seconds { array = try NumPyFile(URL(fileURLWithPath: arguments[3])) })
    if let vocabulary, let array {
        let vectorizer = TermVectorizer(vocabulary: vocabulary, idf: array.values)
        let text = try String(contentsOfFile: arguments[4], encoding: .utf8)
        var elements = 0
        result["vector"] = .number(seconds { elements = vectorizer.vector(of: text).norm > 0 ? 1 : 0 })
        (result["bytes"], result["found"]) = (.integer(text.utf8.count), .integer(elements))
    }
default: fatalError("what to do?")
}
result["peak"] = .integer(try peak())
print(JSONValue.object(result).text())
