import Foundation
import LanguageModels
import XCTest

final class CheckpointWriterTests: XCTestCase {
    private let tensors = [
        TensorOutline(name: "mask", typeName: "BOOL", shape: [3], byteCount: 3),
        TensorOutline(name: "b", typeName: "F32", shape: [2, 2], byteCount: 16),
        TensorOutline(name: "half", typeName: "BF16", shape: [3], byteCount: 6),
        TensorOutline(name: "step", typeName: "I64", shape: [], byteCount: 8),
        TensorOutline(name: "none", typeName: "F32", shape: [0, 4], byteCount: 0),
    ]

    /// Every tensor is filled with its place in the list, in two pieces.
    private func write(_ writer: CheckpointWriter, to folder: URL) throws {
        try writer.write(to: folder) { tensor, sink in
            let value = UInt8(tensors.firstIndex(of: tensor)!)
            for count in [tensor.byteCount / 2, tensor.byteCount - tensor.byteCount / 2] {
                try [UInt8](repeating: value, count: count).withUnsafeBytes { try sink($0) }
            }
        }
    }

    func testOneFile() throws {
        let folder = try ScratchFolder()
        let writer = CheckpointWriter(tensors)
        try write(writer, to: folder.url)
        XCTAssertEqual(try folder.entries, ["model.safetensors"])
        XCTAssertEqual(writer.fileNames, ["model.safetensors"])
        let (records, metadata) = try SafeTensors.records(of: folder.file("model.safetensors"))
        XCTAssertEqual(metadata, ["format": "pt"])
        XCTAssertEqual(records.count, 5)
        for record in records {
            let index = try XCTUnwrap(tensors.firstIndex { $0.name == record.name })
            XCTAssertEqual(record.typeName, tensors[index].typeName)
            XCTAssertEqual(record.shape, tensors[index].shape)
            XCTAssertTrue(record.bytes.allSatisfy { $0 == UInt8(index) }, record.name)
        }
        // Elements are aligned.
        XCTAssertEqual(records.last?.name, "mask")
        XCTAssertEqual(records.first?.name, "step")
    }

    func testShards() throws {
        let folder = try ScratchFolder()
        let writer = CheckpointWriter(tensors, shardLimit: 20)
        try write(writer, to: folder.url)
        let files = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
        XCTAssertEqual(writer.fileNames, files + ["model.safetensors.index.json"])
        XCTAssertEqual(try folder.entries, files + ["model.safetensors.index.json"])
        let index = try Checkpoint.object(of: folder.file("model.safetensors.index.json"))
        XCTAssertEqual(index["metadata"]?["total_size"], 33)
        XCTAssertEqual(
            index["weight_map"],
            [
                "b": .string(files[0]), "half": .string(files[1]), "mask": .string(files[0]),
                "none": .string(files[1]), "step": .string(files[1]),
            ])
        try folder.write("{}", to: "config.json")
        XCTAssertEqual(Set(try Checkpoint(folder: folder.url).tensorNames), Set(tensors.map(\.name)))
    }

    func testATensorLargerThanAShard() {
        XCTAssertEqual(CheckpointWriter(tensors, shardLimit: 1).fileNames.count, 5 + 1)
    }

    func testAFailureLeavesNothing() throws {
        let folder = try ScratchFolder()
        struct Broken: Error {}
        XCTAssertThrowsError(
            try CheckpointWriter(tensors, shardLimit: 20).write(to: folder.url) { tensor, sink in
                if tensor.name == "step" { throw Broken() }
                try [UInt8](repeating: 0, count: tensor.byteCount).withUnsafeBytes { try sink($0) }
            })
        XCTAssertEqual(try folder.entries, [])
    }
}
