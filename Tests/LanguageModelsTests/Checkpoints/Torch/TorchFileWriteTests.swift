import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class TorchFileWriteTests: XCTestCase {
    /// The generator has loaded `written.pth` with torch and compared these values.
    private let tensors = [
        SafeTensors.Output(name: "w.weight", shape: [2, 3], values: [0, 0.25, 0.5, 0.75, 1, 1.25]),
        SafeTensors.Output(name: "w.bias", shape: [2], values: [-0.5, 1e-30]),
        SafeTensors.Output(name: "scalar", shape: [], values: [7]),
        SafeTensors.Output(name: "empty", shape: [0, 3], values: []),
        SafeTensors.Output(name: "é", shape: [1, 1, 1], values: [1.5]),
    ]

    func testTheBytesAreThoseThatTorchWasSeenToRead() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("weights.pth")
        try TorchFile.write(tensors, to: file)
        let fixture = FixtureFolder.url.appendingPathComponent("torch/written.pth")
        XCTAssertEqual(try Data(contentsOf: file), try Data(contentsOf: fixture))
    }

    func testHalvesAreThoseThatTorchWasSeenToRead() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("weights.pth")
        let tensors = [
            SafeTensors.Output(name: "w.weight", shape: [2, 2], values: [0.25, -1.5, 65504, 6e-8]),
            SafeTensors.Output(name: "w.bias", shape: [2], values: [-0.5, 0.1]),
        ]
        try TorchFile.write(tensors, as: .float16, to: file)
        let fixture = FixtureFolder.url.appendingPathComponent("torch/written-half.pth")
        XCTAssertEqual(try Data(contentsOf: file), try Data(contentsOf: fixture))
    }

    func testValuesAreRoundedToTheTypeThatIsWritten() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("weights.pth")
        let values: [Float] = [1, 1.00048828125, 65504, 1e9, -6e-8, 1e-9, 0.1]
        let expected: [(ElementType, [Float])] = [
            (.float32, values), (.float16, values.map { Float(Float16($0)) }),
            (.bfloat16, [1, 1, 65536, 998_244_352, -0x1.02p-24, 0x1.12p-30, 0.10009765625]),
        ]
        for (type, expected) in expected {
            let tensors = [SafeTensors.Output(name: "x", shape: [7], values: values)]
            try TorchFile.write(tensors, as: type, to: file)
            let read = try XCTUnwrap(TorchFile.read(file).first)
            XCTAssertEqual(read.elementType, type)
            XCTAssertEqual(read.floats(), expected, type.rawValue)
        }
    }

    func testWhatIsWrittenReadsBack() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("weights.pth")
        try TorchFile.write(tensors, to: file)
        let read = try TorchFile.read(file)
        XCTAssertEqual(read.map(\.name), tensors.map(\.name))
        for (found, tensor) in zip(read, tensors) {
            XCTAssertEqual(found.shape, tensor.shape, tensor.name)
            XCTAssertEqual(found.floats(), tensor.values, tensor.name)
            XCTAssertEqual(found.byteOffset % 64, 0, tensor.name)
        }
        XCTAssertNoThrow(try TorchFile.write([], to: file))
        XCTAssertEqual(try TorchFile.read(file).count, 0)
    }

    /// Lists, dicts and several tensors in one storage.
    func testPlainDataAndSharedStorages() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("dump.pth")
        var pickle = TorchPickle()
        pickle.list { pickle in
            pickle.dictionary { pickle in
                pickle.integer(-3)
                pickle.text("Šťastný")
                pickle.text("part")
                pickle.tensor([2], storage: 0, count: 5, offset: 3)
            }
            pickle.integer(1 << 40)
            pickle.list { _ in }
        }
        try TorchFile.write(pickle, to: file) { try $0.append([0, 1, 2, 3, 4]) }
        let content = try TorchFile.open(file)
        let items = try XCTUnwrap(content.root.items)
        XCTAssertEqual(items.count, 3)
        let dictionary = try XCTUnwrap(items[0].dictionary)
        XCTAssertEqual(dictionary.items[0].key.integer, -3)
        XCTAssertEqual(dictionary.items[0].value.string, "Šťastný")
        let tensor = try content.tensor(XCTUnwrap(dictionary["part"]), name: "part")
        XCTAssertEqual(tensor?.stored?.floats(), [3, 4])
        XCTAssertEqual(items[1].integer, 1 << 40)
        XCTAssertEqual(items[2].items?.count, 0)
    }
}
