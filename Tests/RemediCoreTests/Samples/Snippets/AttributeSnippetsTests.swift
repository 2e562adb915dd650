import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class AttributeSnippetsTests: XCTestCase {
    private static let text = #"""
         [ {"relation_id": "P1", "samples": [{"name": "Ada", "text": "A \"quoted\" line\n", "n": [1, {"a": 2}]},
         {"text": "\u00c9t\u00e9 \ud83d\ude00 é😀", "name": "\u0042ob"}], "target_id": "Q1", "more": null},
        {"target_id":"Q2","relation_id":"P1","samples":[]},
        {"relation_id":"P1","target_id":"Q1","samples":[{"name":"Eve","text":"first","text":""}]},
        {"relation_id":"P2","target_id":"Q1","samples":[{"name":"lost","text":"lost"}],
         "samples":[{"text":"kept","name":"N"}]} ]
        """#

    private func snippets(_ text: String) throws -> AttributeSnippets {
        try AttributeSnippets(file: temporaryFile(text, name: "attribute_snippets.json"))
    }

    func testSnippetsOfAPairComeInOrderOfAppearance() throws {
        let snippets = try snippets(Self.text)
        XCTAssertEqual(
            try snippets.texts(relation: "P1", target: "Q1"), ["A \"quoted\" line\n", "Été 😀 é😀", ""])
        XCTAssertEqual(try snippets.names(relation: "P1", target: "Q1"), ["Ada", "Bob", "Eve"])
        XCTAssertEqual(try snippets.texts(relation: "P2", target: "Q1"), ["kept"])
        for (place, name) in ["Ada", "Bob", "Eve"].enumerated() {
            XCTAssertEqual(try snippets.name(at: place, relation: "P1", target: "Q1"), name)
        }
        let counts = [("P1", "Q1", 3), ("P1", "Q2", 0), ("P2", "Q1", 1), ("P2", "Q2", 0), ("", "", 0)]
        for (relation, target, count) in counts {
            XCTAssertEqual(snippets.count(relation: relation, target: target), count, relation + target)
            XCTAssertEqual(try snippets.names(relation: relation, target: target).count, count)
        }
        XCTAssertEqual(try self.snippets("[]").count(relation: "P1", target: "Q1"), 0)
    }

    /// Against the parser that reads a file as a whole, in every way to cut the file into buffers.
    func testIndexIsThatOfTheParsedFile() throws {
        let fixture = FixtureFiles.shared("reference-texts/attribute_snippets.json")
        let entries = try XCTUnwrap(try JSONValue(parsing: Data(contentsOf: fixture)).array)
        var expected: [String: [JSONValue]] = [:]
        for entry in entries {
            let pair = "\(entry["relation_id"]?.string ?? "") \(entry["target_id"]?.string ?? "")"
            expected[pair, default: []] += entry["samples"]?.array ?? []
        }
        for pretty in [false, true] {
            let file = try temporaryFile(JSONValue.array(entries).text(pretty: pretty))
            let snippets = try AttributeSnippets(file: file)
            for (pair, samples) in expected {
                let ids = pair.split(separator: " ").map(String.init)
                XCTAssertEqual(
                    try snippets.texts(relation: ids[0], target: ids[1]),
                    samples.map { $0["text"]?.string }, pair)
                XCTAssertEqual(
                    try snippets.names(relation: ids[0], target: ids[1]),
                    samples.map { $0["name"]?.string }, pair)
            }
            let source = try RandomAccessFile(file)
            let index = try SnippetIndex(scanning: source)
            XCTAssertEqual(index.pairs.count, expected.count)
            for size in [6, 7, 64, 1000] {
                XCTAssertEqual(try SnippetIndex(scanning: source, bufferSize: size), index, "\(size)")
            }
        }
    }

    func testBadFiles() throws {
        let cases = [
            ("", "byte 0: the text ends too early"), ("{}", "byte 0: expected '['"),
            ("[1]", "byte 1: expected an entry, '{'"), ("[[]]", "byte 1: expected an entry, '{'"),
            ("[{}]", "byte 1: an entry without relation_id"),
            (#"[ {"relation_id": "P1"}]"#, "byte 2: an entry without target_id"),
            (#"[{"relation_id": "P", "target_id": "Q"}]"#, "byte 1: an entry without samples"),
            (#"[{"relation_id": 7}]"#, #"byte 17: expected '"'"#),
            (#"[{"samples": {}}]"#, "byte 13: expected '['"),
            (#"[{"samples": ["x"]}]"#, "byte 14: expected a snippet, '{'"),
            (#"[{"samples": [{"name": "x"}]"#, "byte 28: the text ends too early"),
            ("[] []", "byte 3: text after the document"), ("[", "byte 1: the text ends too early"),
        ]
        for (text, reason) in cases {
            let file = try temporaryFile(text)
            XCTAssertThrowsError(try AttributeSnippets(file: file), text) {
                XCTAssertEqual(
                    $0 as? RemediError, .malformedData(path: file.path, reason: reason), text)
            }
            XCTAssertEqual(try entries(beside: file), ["data.json"], "no index of a bad file: \(text)")
        }
    }

    func testSnippetsThatAreTooLongAreRefused() throws {
        let file = try RandomAccessFile(
            temporaryFile(#"[{"relation_id": "P", "target_id": "Q", "samples": [{"name": "1234"}]}]"#))
        XCTAssertNoThrow(try SnippetIndex(scanning: file, longestSnippet: 16))
        XCTAssertThrowsError(try SnippetIndex(scanning: file, longestSnippet: 15)) {
            XCTAssertEqual($0 as? JSONError, JSONError(byte: 52, reason: "a snippet of more than 15 bytes"))
        }
    }

    func testSnippetsThatLackWhatIsAskedFor() throws {
        let snippets = try snippets(
            #"[{"relation_id": "P", "target_id": "Q", "samples": [{"name": "Ada"}, {"text": 1}]}]"#)
        XCTAssertEqual(try snippets.name(at: 0, relation: "P", target: "Q"), "Ada")
        let cases: [(() throws -> Any, String)] = [
            ({ try snippets.texts(relation: "P", target: "Q") }, "byte 52: a snippet without text"),
            ({ try snippets.name(at: 1, relation: "P", target: "Q") }, "byte 69: a snippet without name"),
        ]
        for (ask, reason) in cases {
            XCTAssertThrowsError(try ask(), reason) { error in
                guard case .malformedData(_, let found)? = error as? RemediError else {
                    return XCTFail("\(error)")
                }
                XCTAssertEqual(found, reason)
            }
        }
    }

    func testDamagedFilesNeverCrash() throws {
        var stream = RandomStream(seed: 1, purpose: "snippets")
        let scratch = try ScratchFolder()
        var (taken, refused) = (0, 0)
        for round in 0..<RandomStream.rounds(200) {
            let file = try scratch.write(stream.mutated(Data(Self.text.utf8)), to: "data.json")
            do {
                let snippets = try AttributeSnippets(file: file)
                taken += 1
                _ = try snippets.texts(relation: "P1", target: "Q1")
                _ = try snippets.names(relation: "P1", target: "Q1")
            } catch {
                refused += 1
                guard case .malformedData? = error as? RemediError else {
                    XCTFail("round \(round): \(error)")
                    continue
                }
            }
        }
        XCTAssertGreaterThan(taken, 0)
        XCTAssertGreaterThan(refused, 100)
    }
}

// MARK: - The index file

extension AttributeSnippetsTests {
    private func entries(beside file: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file.deletingLastPathComponent().path).sorted()
    }

    func testIndexIsMadeOnceAndUsedAgain() throws {
        let file = try temporaryFile(Self.text)
        _ = try AttributeSnippets(file: file)
        XCTAssertEqual(try entries(beside: file), ["data.json", "data.json.index"])
        let progress = RecordedProgress()
        let again = try AttributeSnippets(file: file, progress: progress)
        XCTAssertEqual(progress.stages, [], "nothing is indexed again")
        XCTAssertEqual(try again.names(relation: "P1", target: "Q1"), ["Ada", "Bob", "Eve"])
        let source = try RandomAccessFile(file)
        let key = try SnippetIndexKey(of: source)
        XCTAssertEqual(
            SnippetIndex(file: file.appendingPathExtension("index"), key: key),
            try SnippetIndex(scanning: source))
    }

    func testChangedDataIsIndexedAgain() throws {
        let file = try temporaryFile(Self.text)
        _ = try AttributeSnippets(file: file)
        // Of the same length.
        try Data(Self.text.replacingOccurrences(of: "P2", with: "P9").utf8).write(to: file)
        let changed = try AttributeSnippets(file: file)
        XCTAssertEqual(changed.count(relation: "P9", target: "Q1"), 1)
        XCTAssertEqual(changed.count(relation: "P2", target: "Q1"), 0)
    }

    func testKeyKnowsSizeTimeAndContent() throws {
        let file = try temporaryFile(String(repeating: "x", count: 300_000))
        let key = try SnippetIndexKey(of: RandomAccessFile(file))
        XCTAssertEqual(try SnippetIndexKey(of: RandomAccessFile(file)), key)
        func setTime(_ seconds: Double) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: file.path)
        }
        try setTime(1000)
        let first = try SnippetIndexKey(of: RandomAccessFile(file))
        XCTAssertNotEqual(first, key, "another time")
        for byte in [0, 299_999] {
            var text = Data(repeating: UInt8(ascii: "x"), count: 300_000)
            text[byte] = 0
            try text.write(to: file)
            try setTime(1000)
            XCTAssertNotEqual(try SnippetIndexKey(of: RandomAccessFile(file)), first, "byte \(byte)")
        }
        for count in [0, 1, 4095, 4097, 131_072, 131_073] {
            try Data(repeating: 0, count: count).write(to: file)
            XCTAssertEqual(try SnippetIndexKey(of: RandomAccessFile(file)).byteCount, count)
        }
    }

    func testDamagedIndexIsMadeAnew() throws {
        let file = try temporaryFile(Self.text)
        _ = try AttributeSnippets(file: file)
        let index = file.appendingPathExtension("index")
        let sound = try Data(contentsOf: index)
        var stream = RandomStream(seed: 2, purpose: "index")
        for round in 0..<30 {
            let damaged = stream.mutated(sound)
            try damaged.write(to: index)
            let snippets = try AttributeSnippets(file: file)
            XCTAssertEqual(
                try snippets.names(relation: "P1", target: "Q1"), ["Ada", "Bob", "Eve"], "\(round)")
            XCTAssertEqual(try Data(contentsOf: index), sound, "round \(round)")
        }
    }

    func testIndexGoesToTheCacheWhereTheDataCannotBeWrittenTo() throws {
        let file = try temporaryFile(Self.text)
        let cache = try temporaryFolder().appendingPathComponent("cache/remedi")
        // A folder in the way of the index: also the superuser cannot write there.
        let obstacle = file.appendingPathExtension("index")
        try FileManager.default.createDirectory(
            at: obstacle.appendingPathComponent("full"), withIntermediateDirectories: true)
        let withoutCache = try AttributeSnippets(file: file)
        XCTAssertEqual(withoutCache.count(relation: "P1", target: "Q1"), 3)
        _ = try AttributeSnippets(file: file, cache: cache)
        let names = try FileManager.default.contentsOfDirectory(atPath: cache.path)
        XCTAssertEqual(names.count, 1)
        XCTAssertTrue(names[0].hasSuffix("-data.json.index"), names[0])
        let progress = RecordedProgress()
        _ = try AttributeSnippets(file: file, cache: cache, progress: progress)
        XCTAssertEqual(progress.stages, [])
    }

    func testStopsWhenAsked() throws {
        let file = try temporaryFile(Self.text)
        XCTAssertThrowsError(
            try AttributeSnippets(file: file, progress: RecordedProgress(stopsAfter: 0))
        ) { XCTAssertEqual($0 as? RemediError, .interrupted(signal: 15)) }
        XCTAssertEqual(try entries(beside: file), ["data.json"])
    }
}
