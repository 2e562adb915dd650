import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class SafeTensorsTests: XCTestCase {
    private let tensors = [
        SafeTensors.Output(name: "b", shape: [2, 3], values: [1, -2, 3.5, 0, .infinity, -0.0]),
        SafeTensors.Output(name: "a \"quoted\" é", shape: [], values: [7]),
        SafeTensors.Output(name: "empty", shape: [4, 0], values: []),
    ]

    func testWhatIsWrittenReadsBack() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("x.safetensors")
        try SafeTensors.write(tensors, metadata: ["z": "1", "a": "é\n"], to: file)
        let read = try SafeTensors.read(file)
        XCTAssertEqual(read.metadata, ["z": "1", "a": "é\n"])
        XCTAssertEqual(Set(read.tensors.map(\.name)), Set(tensors.map(\.name)))
        for tensor in tensors {
            let found = try XCTUnwrap(read.tensors.first { $0.name == tensor.name }, tensor.name)
            XCTAssertEqual(found.shape, tensor.shape, tensor.name)
            XCTAssertEqual(found.elementType, .float32, tensor.name)
            XCTAssertEqual(found.floats().map(\.bitPattern), tensor.values.map(\.bitPattern), tensor.name)
        }
    }

    func testTheSameInputGivesTheSameBytes() throws {
        let scratch = try ScratchFolder()
        let metadata = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key \($0)", "value \($0)") })
        var hashes: Set<String> = []
        for name in ["1", "2"] {
            try SafeTensors.write(tensors, metadata: metadata, to: scratch.file(name))
            hashes.insert(try SHA256.hash(file: scratch.file(name)))
        }
        XCTAssertEqual(hashes.count, 1)
    }
}
