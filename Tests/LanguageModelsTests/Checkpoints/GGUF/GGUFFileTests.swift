import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class GGUFFileTests: XCTestCase {
    private static let folder = FixtureFolder.url.appendingPathComponent("gguf")

    func testMetadataAndTensors() throws {
        let file = try GGUFFile(Self.folder.appendingPathComponent("llama-blocks.gguf"))
        XCTAssertEqual(file.version, 3)
        XCTAssertEqual(file["general.architecture"]?.string, "llama")
        XCTAssertEqual(file["llama.block_count"]?.integer, 2)
        XCTAssertEqual(file["tokenizer.ggml.tokens"]?.strings?.count, 96)
        XCTAssertEqual(file["tokenizer.ggml.tokens"]?.strings?[95], "!\"")
        XCTAssertNil(file["llama.block_counts"])
        let down = try XCTUnwrap(file.tensors.first { $0.name == "blk.1.ffn_down.weight" })
        XCTAssertEqual(down.shape, [64, 256])
        XCTAssertEqual(down.typeName, "TQ2_0")
        XCTAssertEqual(down.byteCount, 64 * 66)
    }

    /// The values of the Python package `gguf`, to the bit.
    func testBlocksOfEveryFormat() throws {
        let (tensors, _) = try SafeTensors.records(
            of: Self.folder.appendingPathComponent("blocks.safetensors"))
        for format in BlockFormat.allCases {
            let bytes = try XCTUnwrap(tensors.first { $0.name == "\(format.rawValue).bytes" })
            let values = try XCTUnwrap(tensors.first { $0.name == "\(format.rawValue).values" }?.stored)
                .floats()
            XCTAssertEqual(bytes.shape[1], format.blockBytes, format.rawValue)
            let stored = try XCTUnwrap(
                TensorRecord(
                    name: "x", typeName: format.rawValue, shape: [bytes.shape[0], format.blockCount],
                    storage: bytes.storage, byteOffset: bytes.byteOffset, byteCount: bytes.byteCount
                ).stored)
            XCTAssertEqual(stored.byteCount, bytes.byteCount, format.rawValue)
            XCTAssertEqual(stored.floats().map(\.bitPattern), values.map(\.bitPattern), format.rawValue)
            let part = stored.elements(format.blockCount..<3 * format.blockCount)
            XCTAssertEqual(
                part.floats(), Array(values[format.blockCount..<3 * format.blockCount]), format.rawValue)
        }
    }

    func testArrangements() {
        let rows = (0..<12).map { Float($0) }
        XCTAssertEqual(
            TensorArrangement.interleavedHeads(2).restored(rows, shape: [12]),
            [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
        XCTAssertEqual(
            TensorArrangement.partsOfHeads(2).restored(rows, shape: [12]),
            [0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11])
        XCTAssertEqual(
            TensorArrangement.transposed.restored(Array(rows[..<6]), shape: [2, 3]), [0, 2, 4, 1, 3, 5])
        XCTAssertEqual(TensorArrangement.shifted(by: 1).restored([2, 1], shape: [2]), [1, 0])
        XCTAssertFalse(TensorArrangement.interleavedHeads(5).fits([12]))
        XCTAssertFalse(TensorArrangement.partsOfHeads(3).fits([12]))
    }

    func testFilesThatAreNone() throws {
        let scratch = try ScratchFolder()
        let whole = try Data(contentsOf: Self.folder.appendingPathComponent("qwen3.gguf"))
        func changed(_ place: Int, _ bytes: [UInt8]) -> Data {
            var data = whole
            data.replaceSubrange(place..<place + bytes.count, with: bytes)
            return data
        }
        let most = [UInt8](repeating: 0xFF, count: 8)
        let cases: [(Data, String)] = [
            (Data(), "does not begin"), (Data("GGU".utf8), "does not begin"),
            (Data("GGUF".utf8), "ends inside"),
            (changed(4, [1, 0, 0, 0]), "version 1"), (changed(4, [0, 0, 0, 3]), "big-endian"),
            (changed(8, most), "tensors are announced"), (changed(16, most), "metadata are announced"),
            (changed(24, most), "bytes of text are announced"), (whole.dropLast(100), "after the file's end"),
            (whole.prefix(500), ""),
        ]
        for (data, reason) in cases {
            let file = try scratch.write(data, to: "x.gguf")
            XCTAssertThrowsError(try GGUFFile(file), reason) { error in
                guard case LanguageModelError.malformed(_, let found)? = error as? LanguageModelError else {
                    return XCTFail("\(error)")
                }
                XCTAssertTrue(reason.isEmpty || found.contains(reason), "\(found): \(reason)")
            }
        }
    }

    /// Changed bytes give a model or a named error, never the end of the process; `REMEDI_FUZZ_RUNS` makes it longer.
    func testMutationsNeverCrash() throws {
        let scratch = try ScratchFolder()
        let sources = try ["qwen3", "llama-blocks", "gemma"].map {
            try Data(contentsOf: Self.folder.appendingPathComponent($0 + ".gguf"))
        }
        var stream = RandomStream(seed: 11, purpose: "gguf", sample: "")
        for round in 0..<RandomStream.rounds(300) {
            let source = sources[round % sources.count]
            let head = stream.mutated(source.prefix(6_000))
            let file = try scratch.write(head + source.dropFirst(6_000), to: "x.gguf")
            do {
                let checkpoint = try Checkpoint.open(file)
                _ = try ModelSummary(checkpoint)
                _ = try Tokenizer.open(file)
                for name in checkpoint.tensorNames.prefix(4) { _ = checkpoint.tensor(name)?.floats() }
            } catch is LanguageModelError {}
        }
    }
}
