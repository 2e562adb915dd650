import Foundation
import XCTest

@testable import LanguageModels

final class PickleReaderTests: XCTestCase {
    private let folder = FixtureFolder.url.appendingPathComponent("pickles")

    private func read(_ data: Data, expected: Set<PickleName> = []) throws -> PickleValue {
        try data.withUnsafeBytes { bytes in
            var reader = PickleReader(bytes: bytes, expected: expected)
            return try reader.read()
        }
    }

    private func read(_ bytes: [UInt8]) throws -> PickleValue { try read(Data(bytes)) }

    private func fixture(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
    }

    private func reason(_ data: Data, file: StaticString = #filePath, line: UInt = #line) -> String {
        do {
            _ = try read(data)
            XCTFail("read without complaint", file: file, line: line)
            return ""
        } catch let error as PickleError {
            return error.reason
        } catch {
            XCTFail("\(error)", file: file, line: line)
            return ""
        }
    }

    func testListsOfDictsInEveryProtocol() throws {
        for version in 2...5 {
            let name = "people\(version).pkl"
            let people = try XCTUnwrap(try read(fixture(name)).items, name)
            XCTAssertEqual(people.count, 302, name)
            let ada = try XCTUnwrap(people[0].dictionary, name)
            let names = try XCTUnwrap(ada["name"]?.items, name)
            XCTAssertEqual(names.map(\.string), ["Ada", nil, "Lovelace"], name)
            XCTAssert(names[1].isNone, name)
            XCTAssertEqual(ada["raw"]?.string, "Ada is a Mathematician. é😀", name)
            XCTAssertEqual(ada["score"]?.double, -1.5, name)
            XCTAssertEqual(ada["known"]?.bool, true, name)
            XCTAssertEqual(ada["start_pos"]?.integer, 12, name)
            if version > 2 {
                guard case .bytes(let blob) = ada["blob"] else { return XCTFail(name) }
                XCTAssertEqual(blob, [0, 255], name)
            }
            let grace = try XCTUnwrap(people[1].dictionary, name)
            XCTAssertEqual(grace["big"]?.integer, 1 << 40, name)
            XCTAssertEqual(grace["negative"]?.integer, -(1 << 40), name)
            guard case .long(let huge) = grace["huge"] else { return XCTFail(name) }
            XCTAssertEqual(huge, [0, 0, 0, 0, 0, 0, 0, 0, 64], name)
            guard case .list(let list) = grace["list"], case .list(let again) = grace["again"] else {
                return XCTFail(name)
            }
            XCTAssert(list === again, "\(name): one list, twice")
            XCTAssertEqual(list.items.first?.string, "shared", name)
            let nested = try XCTUnwrap(grace["nested"]?.items, name)
            XCTAssertEqual(nested.map { $0.items?.count }, [0, nil, 0, 1, 2, 3, 4], name)
            XCTAssertEqual(people[301].dictionary?["start_pos"]?.integer, 299, name)
        }
    }

    func testOrderedDictsAreDictsAndTheirAttributesAreDropped() throws {
        let ordered = try XCTUnwrap(try read(fixture("ordered.pkl")).dictionary)
        XCTAssertEqual(ordered.items.map(\.key.string), ["b", "a"])
        XCTAssertEqual(ordered["a"]?.items?.first?.dictionary?.items.count, 0)
    }

    func testCodeIsRefusedByName() throws {
        let refused = [
            ("system2", "posix.system"), ("system4", "posix.system"), ("popen4", "subprocess.Popen"),
            ("inst", "os.system"), ("instname", "os.system"), ("eval2", "__builtin__.eval"),
        ]
        for (name, function) in refused {
            XCTAssertEqual(
                reason(try fixture("hostile-\(name).pkl")),
                "it names \(function), which is not plain data and was not executed", name)
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: "/tmp/harm"))
        XCTAssertEqual(
            reason(try fixture("hostile-set4.pkl")), "the opcode EMPTY_SET is not needed for plain data")
        XCTAssertEqual(
            reason(try fixture("hostile-protocol0.pkl")), "the opcode PUT is not needed for plain data")
    }

    func testExpectedNamesStayInert() throws {
        let call = Data("\u{2}cos\nsystem\nX\u{4}\0\0\0true\u{85}R.".unicodeScalars.map { UInt8($0.value) })
        let data = Data([0x80]) + call
        let value = try read(data, expected: [PickleName("os", "system")])
        XCTAssertEqual(value.call?.function, PickleName("os", "system"))
        XCTAssertEqual(value.call?.arguments.items.first?.string, "true")
        XCTAssertEqual(
            reason(data), "it names os.system, which is not plain data and was not executed")
    }

    func testDeepNestingIsRefused() {
        let deep = 10_000
        let tuples = [UInt8](repeating: 0x28, count: deep) + [UInt8](repeating: 0x74, count: deep) + [0x2E]
        XCTAssertEqual(reason(Data(tuples)), "nested deeper than 256")
        let lists = [UInt8](repeating: 0x5D, count: deep) + [UInt8](repeating: 0x61, count: deep - 1) + [0x2E]
        XCTAssertEqual(reason(Data(lists)), "nested deeper than 256")
        // Lists filled from the outside in, and dropped before the end.
        var outsideIn: [UInt8] = []
        for _ in 0..<deep { outsideIn += [0x5D, 0x71, 0, 0x61, 0x68, 0] }
        XCTAssertEqual(reason(Data([0x5D] + outsideIn + [0x30, 0x4E, 0x2E])), "nested deeper than 256")
        let inTuples =
            [UInt8](repeating: 0x5D, count: 1)
            + (0..<deep).flatMap { _ in [0x85, 0x5D, 0x32, 0x30] as [UInt8] }
        XCTAssertNotEqual(reason(Data(inTuples)), "")
    }

    func testAListInsideItselfIsRefused() {
        XCTAssertEqual(reason(Data([0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])), "a container that holds itself")
        // Also when it is dropped again.
        XCTAssertEqual(
            reason(Data([0x5D, 0x71, 0, 0x68, 0, 0x61, 0x30, 0x4E, 0x2E])), "a container that holds itself")
    }

    func testManyReferencesToOneListCostNothing() throws {
        // Each list holds the one before twice: 2 to the power of 200 leaves if they were copied.
        var bytes: [UInt8] = [0x5D, 0x71, 0]
        for _ in 0..<200 { bytes += [0x30, 0x5D, 0x28, 0x68, 0, 0x68, 0, 0x65, 0x71, 0] }
        let value = try read(bytes + [0x2E])
        XCTAssertEqual(value.items?.count, 2)
    }

    /// `collections.OrderedDict` of one list again and again: six bytes each that would copy the whole list.
    func testWhatIsMadeIsBounded() throws {
        func dictionaries(pairs: Int, calls: Int) -> Data {
            var data = Data([0x80, 2]) + Data("]q\u{0}(".utf8)
            // A pair of 1 and None each, a list of pairs, put aside as 0.
            for _ in 0..<pairs { data.append(contentsOf: [0x4B, 1, 0x4E, 0x86]) }
            data.append(contentsOf: Data("e0".utf8))
            data.append(contentsOf: Data("ccollections\nOrderedDict\nq\u{1}0".utf8))
            data.append(contentsOf: Data("](".utf8))
            for _ in 0..<calls { data.append(contentsOf: [0x68, 1, 0x68, 0, 0x85, 0x52]) }
            return data + Data("e.".utf8)
        }
        // As often as honest pickles do it.
        let once = try XCTUnwrap(try read(dictionaries(pairs: 2000, calls: 1)).items)
        XCTAssertEqual(once.first?.dictionary?.items.count, 2000)
        XCTAssertEqual(reason(dictionaries(pairs: 2000, calls: 2000)), "more than 9092 values")
        XCTAssertEqual(reason(dictionaries(pairs: 20_000, calls: 20_000)), "more than 81092 values")
        // One opcode, one value.
        let lists = Data([0x80, 2] + [UInt8](repeating: 0x5D, count: 50) + [0x2E])
        try lists.withUnsafeBytes { bytes in
            var reader = PickleReader(bytes: bytes)
            XCTAssertThrowsError(try reader.read(valueLimit: 20)) {
                XCTAssertEqual(($0 as? PickleError)?.reason, "more than 20 values")
            }
        }
        // An OrderedDict of what is no list.
        XCTAssertEqual(
            reason(
                Data([0x80, 2]) + Data("ccollections\nOrderedDict\nK".utf8) + Data([1, 0x85, 0x52, 0x2E])),
            "an OrderedDict of no pairs")
    }

    func testLengthsThatLie() {
        let cases: [(String, [UInt8], String)] = [
            ("text", [0x58, 0, 0, 0, 0x7F, 0x61], "2130706432 bytes are claimed, 1 are left"),
            (
                "long text", [0x8D] + [UInt8](repeating: 0xFF, count: 8),
                "18446744073709551615 bytes are claimed, 0 are left"
            ),
            ("bytes", [0x42, 0xFF, 0xFF, 0xFF, 0xFF], "4294967295 bytes are claimed, 0 are left"),
            ("old text", [0x54, 0xFF, 0xFF, 0xFF, 0xFF], "-1 bytes are claimed, 0 are left"),
            ("integer", [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], "an integer of 2147483647 bytes"),
            ("negative integer", [0x8B, 0xFF, 0xFF, 0xFF, 0xFF], "-1 bytes are claimed, 0 are left"),
            ("memo", [0x6A, 0xFF, 0xFF, 0xFF, 0xFF], "nothing was put aside as 4294967295"),
            ("end", [0x4A, 0], "the pickle ends too early"),
            ("nothing", [], "the pickle ends too early"),
            ("empty stack", [0x2E], "the stack is empty"),
            ("no mark", [0x74], "no mark"),
            ("below a mark", [0x4E, 0x28, 0x30], "the stack is empty"),
            ("tuple", [0x4E, 0x87], "a tuple lacks items"),
            ("item of none", [0x4E, 0x4E, 0x61], "items for what is not a list"),
            ("odd dict", [0x28, 0x4E, 0x64], "a key without a value"),
            ("call of none", [0x4E, 0x29, 0x52], "a call of what is not a name"),
            ("attributes", [0x5D, 0x7D, 0x62], "attributes for what is not an OrderedDict"),
            ("opcode", [0xFF], "no opcode has the number 255"),
            ("name", [0x63] + [UInt8](repeating: 0x61, count: 5000), "a name without an end"),
            ("text that is none", [0x8C, 1, 0xFF], "text that is not UTF-8"),
            ("protocol", [0x80, 9], "pickle protocol 9"),
        ]
        for (name, bytes, expected) in cases { XCTAssertEqual(reason(Data(bytes)), expected, name) }
    }

    func testLoneSurrogatesAreReplaced() throws {
        XCTAssertEqual(try read([0x8C, 5, 0x61, 0xED, 0xA0, 0x80, 0x62, 0x2E]).string, "a\u{FFFD}b")
    }
}
