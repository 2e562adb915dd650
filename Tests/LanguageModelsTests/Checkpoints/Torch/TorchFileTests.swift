import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class TorchFileTests: XCTestCase {
    private let folder = FixtureFolder.url.appendingPathComponent("torch")

    /// A tensor as `expected.json` tells it.
    private struct Expected {
        let name: String
        let type: String
        let shape: [Int]
        let values: [Double]
    }

    private func expected(_ file: String) throws -> [Expected] {
        let all = try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent("expected.json")))
        return try XCTUnwrap(all[file]?.array, file).map { tensor in
            let parts = try XCTUnwrap(tensor.array)
            return Expected(
                name: try XCTUnwrap(parts[0].string), type: try XCTUnwrap(parts[1].string),
                shape: try XCTUnwrap(parts[2].array).compactMap(\.integer),
                values: try XCTUnwrap(parts[3].array).compactMap { Double($0.string ?? "") })
        }
    }

    private func check(_ records: [TensorRecord], _ file: String) throws {
        let expected = try expected(file)
        XCTAssertEqual(records.map(\.name), expected.map(\.name), file)
        for (record, expected) in zip(records, expected) {
            let place = "\(file), \(record.name)"
            XCTAssertEqual(record.typeName, expected.type, place)
            XCTAssertEqual(record.shape, expected.shape, place)
            guard let tensor = record.stored else {
                XCTAssert(["F64", "I64", "BOOL", "U8"].contains(record.typeName), place)
                continue
            }
            let found = tensor.floats().map { $0.bitPattern }
            XCTAssertEqual(found, expected.values.map { Float($0).bitPattern }, place)
        }
    }

    func testStateDictsInAllFormatsAsTorchReadsThem() throws {
        let files = [
            "zip.pth", "repacked.pth", "zip64.pth", "legacy.pth", "with_others.pth", "wrapped.pth",
            "module.pth", "twin.pth",
        ]
        for file in files {
            try check(try TorchFile.records(of: folder.appendingPathComponent(file)), file)
        }
    }

    func testTheSafeTensorsTwinIsTheSame() throws {
        let (records, metadata) = try SafeTensors.records(
            of: folder.appendingPathComponent("twin.safetensors"))
        XCTAssertEqual(metadata, ["format": "pt", "é": "ü"])
        try check(records.sorted { $0.name < $1.name }, "twin.safetensors")
        let torch = try TorchFile.read(folder.appendingPathComponent("twin.pth"))
        XCTAssertEqual(torch.count, records.compactMap(\.stored).count)
        for tensor in torch {
            let twin = try XCTUnwrap(records.first { $0.name == tensor.name }?.stored, tensor.name)
            XCTAssertEqual(twin.shape, tensor.shape, tensor.name)
            XCTAssertEqual(twin.elementType, tensor.elementType, tensor.name)
            XCTAssert(twin.bytes.elementsEqual(tensor.bytes), tensor.name)
        }
    }

    func testContiguousTensorsStayInTheFileAndShareStorage() throws {
        let records = try TorchFile.records(of: folder.appendingPathComponent("zip.pth"))
        let byName = Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0) })
        let base = try XCTUnwrap(byName["base"])
        let rows = try XCTUnwrap(byName["rows of base"])
        XCTAssert(base.storage === rows.storage)
        XCTAssertEqual(rows.byteOffset - base.byteOffset, 2 * 4 * 4)
        let mapped = records.filter { $0.storage === base.storage }.map(\.name)
        let gathered = Set(records.map(\.name)).subtracting(mapped)
        XCTAssertEqual(gathered, ["transposed", "permuted", "strided half", "expanded"])
    }

    func testWhatWasSavedIsReadAsPlainDataToo() throws {
        let content = try TorchFile.open(folder.appendingPathComponent("with_others.pth"))
        let dictionary = try XCTUnwrap(content.root.dictionary)
        XCTAssertEqual(dictionary["n"]?.integer, 3)
        XCTAssertEqual(dictionary["s"]?.string, "text")
        let tensor = try content.tensor(try XCTUnwrap(dictionary["w"]), name: "w")
        XCTAssertEqual(tensor?.stored?.floats(), [1, 2])
        XCTAssertNil(try content.tensor(.integer(3), name: "n"))
    }
}
