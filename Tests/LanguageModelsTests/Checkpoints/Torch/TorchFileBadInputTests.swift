import Foundation
import XCTest

@testable import LanguageModels

final class TorchFileBadInputTests: XCTestCase {
    private let folder = FixtureFolder.url.appendingPathComponent("torch")

    private func reason(_ data: Data) throws -> String {
        let scratch = try ScratchFolder()
        let file = try scratch.write(data, to: "x.pth")
        do {
            _ = try TorchFile.read(file)
            return "read without complaint"
        } catch LanguageModelError.malformed(let path, let reason) {
            XCTAssertEqual(path, file.path)
            return reason
        }
    }

    private func fixture(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
    }

    /// `data` with the first occurrence of `old` replaced.
    private func replaced(_ data: Data, _ old: String, _ new: String) throws -> Data {
        var data = data
        let range = try XCTUnwrap(data.range(of: Data(old.unicodeScalars.map { UInt8($0.value) })), old)
        data.replaceSubrange(range, with: Data(new.unicodeScalars.map { UInt8($0.value) }))
        return data
    }

    /// A zip archive with one pickle, its checksum left out as torch can be told to.
    private func archive(_ pickle: Data, name: String = "a/data.pkl", method: UInt8 = 0, flags: UInt8 = 0)
        -> Data
    {
        func little(_ value: Int, _ count: Int) -> Data {
            Data((0..<count).map { UInt8(value >> (8 * $0) & 0xFF) })
        }
        let common =
            Data([20, 0, flags, 0, method, 0, 0, 0, 0, 0, 0, 0, 0, 0]) + little(pickle.count, 4)
            + little(pickle.count, 4) + little(name.utf8.count, 2) + little(0, 2)
        let local = Data("PK\u{3}\u{4}".utf8) + common + Data(name.utf8) + pickle
        let directory =
            Data("PK\u{1}\u{2}".utf8) + Data([0, 0]) + common + Data(count: 14) + Data(name.utf8)
        return local + directory + Data("PK\u{5}\u{6}".utf8) + Data(count: 4) + little(1, 2) + little(1, 2)
            + little(directory.count, 4) + little(local.count, 4) + Data(count: 2)
    }

    func testArchivesThatLie() throws {
        let zip = try fixture("zip.pth")
        let none = Data([0x80, 2, 0x4E, 0x2E])
        let cases: [(String, Data, String)] = [
            ("empty", Data(), "neither a zip archive nor a legacy torch file"),
            ("text", Data("hello".utf8), "neither a zip archive nor a legacy torch file"),
            (
                "pointer", Data("version https://git-lfs.github.com/spec/v1\n".utf8),
                "a Git LFS pointer, not the file itself: run `git lfs pull`"
            ),
            ("cut", Data(zip.dropLast(30)), "zip: no end record; the file is cut off"),
            ("only a start", Data(zip.prefix(100)), "zip: no end record; the file is cut off"),
            (
                "front lost", Data("PK\u{3}\u{4}".utf8) + zip.dropFirst(64),
                "zip: no zip64 end record where it should be"
            ),
            ("no state dict", archive(none), "what was saved is not a state dict"),
            (
                "empty dict in a list", archive(Data([0x80, 2, 0x5D, 0x2E])),
                "what was saved is not a state dict"
            ),
            (
                "no tensors", archive(Data([0x80, 2, 0x7D, 0x8C, 1, 0x61, 0x4E, 0x73, 0x2E])),
                "what was saved holds no tensors"
            ),
            ("no pickle", archive(none, name: "a/b"), "zip: no single data.pkl; not a file of torch.save"),
            (
                "deflated", archive(none, method: 8),
                "zip: \"a/data.pkl\" is compressed (method 8); torch stores"
            ),
            ("encrypted", archive(none, flags: 1), "zip: \"a/data.pkl\" is encrypted"),
            (
                "code", archive(Data("\u{63}os\nsystem\n.".utf8)),
                "pickle, byte 11: it names os.system, which is not plain data and was not executed"
            ),
            (
                "byte order", try replaced(zip, "little", "biggie"),
                "zip: \"archive/byteorder\" does not match its checksum"
            ),
        ]
        for (name, data, expected) in cases { XCTAssertEqual(try reason(data), expected, name) }
    }

    func testEveryPrefixOfAFileIsRefused() throws {
        for name in ["zip.pth", "zip64.pth", "legacy.pth", "written.pth"] {
            let whole = try fixture(name)
            let scratch = try ScratchFolder()
            for count in stride(from: 0, to: whole.count, by: 7) {
                let file = try scratch.write(whole.prefix(count), to: "x.pth")
                XCTAssertThrowsError(try TorchFile.read(file), "\(name), \(count) bytes") {
                    guard case LanguageModelError.malformed = $0 else { return XCTFail("\(name): \($0)") }
                }
            }
        }
    }

    /// A pickle of a few lines, zipped as torch does it.
    private func zipped(_ pickle: TorchPickle, _ values: [Float] = []) throws -> [TensorRecord] {
        let scratch = try ScratchFolder()
        try TorchFile.write(pickle, to: scratch.file("x.pth")) { try $0.append(values) }
        return try TorchFile.records(of: scratch.file("x.pth"))
    }

    /// Two models in one file: which is meant is not guessed, unless it is the same one twice.
    func testTwoStateDicts() throws {
        func file(_ parts: [(key: String, name: String, offset: Int)]) throws -> [TensorRecord] {
            var pickle = TorchPickle()
            pickle.dictionary { pickle in
                for part in parts {
                    pickle.text(part.key)
                    pickle.dictionary { pickle in
                        pickle.text(part.name)
                        pickle.tensor([2], storage: 0, count: 4, offset: part.offset)
                    }
                }
            }
            return try zipped(pickle, [1, 2, 3, 4])
        }
        for keys in [("model", "state_dict"), ("state_dict", "model"), ("net", "module")] {
            XCTAssertThrowsError(try file([(keys.0, "w", 0), (keys.1, "w", 2)]), "\(keys)") { error in
                guard case LanguageModelError.malformed(_, let reason) = error else {
                    return XCTFail("\(error)")
                }
                XCTAssertTrue(reason.hasPrefix("it holds two state dicts, "), reason)
                XCTAssertTrue(reason.contains("\"\(keys.0)\"") && reason.contains("\"\(keys.1)\""), reason)
            }
            let twice = try file([(keys.0, "w", 2), (keys.1, "w", 2)])
            XCTAssertEqual(twice.map { $0.stored?.floats() }, [[3, 4]], "\(keys)")
        }
        // Parts of one model, and what is no state dict by its name.
        XCTAssertEqual(try file([("model", "w", 0), ("module", "v", 2)]).map(\.name), ["w"])
        XCTAssertEqual(
            try file([("state_dict_ema", "w", 0), ("state_dict", "w", 2)]).map { $0.stored?.floats() },
            [[3, 4]])
    }

    func testShapesThatLie() throws {
        let shapes: [[Int]] = [
            [1 << 62, 4, 0], [0, 1 << 62, 4], [Int](repeating: 1, count: 65), [-1], [1 << 32, 1 << 32], [3],
        ]
        for shape in shapes {
            var pickle = TorchPickle()
            pickle.dictionary { pickle in
                pickle.text("a")
                pickle.uncheckedTensor(shape, strides: shape.map { _ in 1 }, count: 2)
            }
            XCTAssertThrowsError(try zipped(pickle, [1, 2]), "\(shape)") {
                guard case LanguageModelError.malformed = $0 else { return XCTFail("\(shape): \($0)") }
            }
        }
        var pickle = TorchPickle()
        pickle.dictionary { pickle in
            pickle.text("a")
            pickle.uncheckedTensor([1 << 62, 0], strides: [1 << 62, 1], count: 2)
        }
        XCTAssertEqual(try zipped(pickle, [1, 2]).map { $0.stored?.floats() }, [[]])
    }

    func testMutationsNeverCrash() throws {
        let scratch = try ScratchFolder()
        var stream = RandomStream(seed: 3, purpose: "torch mutations")
        for name in ["zip.pth", "zip64.pth", "legacy.pth", "module.pth", "wrapped.pth"] {
            let seed = try fixture(name)
            var accepted = 0
            for round in 0..<RandomStream.rounds(600) {
                let file = try scratch.write(stream.mutated(seed), to: "x.pth")
                do {
                    for tensor in try TorchFile.read(file) { accepted += tensor.floats().count }
                } catch {
                    guard case LanguageModelError.malformed = error else {
                        return XCTFail("\(name), \(round): \(error)")
                    }
                }
            }
            XCTAssertGreaterThan(accepted, 0, name)
        }
    }

    /// The pickles themselves, without checksums in the way.
    func testMutatedPicklesNeverCrash() throws {
        let zip = try fixture("zip.pth")
        let start = try XCTUnwrap(zip.range(of: Data([0x80, 2]))).lowerBound
        let end = try XCTUnwrap(zip.range(of: Data("PK\u{7}\u{8}".utf8), in: start..<zip.count)).lowerBound
        let seeds = try [
            zip[start..<end], fixture("../pickles/people4.pkl"), fixture("../pickles/ordered.pkl"),
        ]
        var stream = RandomStream(seed: 4, purpose: "pickle mutations")
        for (index, seed) in seeds.enumerated() {
            var accepted = 0
            for round in 0..<RandomStream.rounds(index == 1 ? 200 : 2000) {
                let data = stream.mutated(Data(seed))
                do {
                    try data.withUnsafeBytes { bytes in
                        var reader = PickleReader(bytes: bytes, expected: TorchNames.all)
                        _ = try reader.read()
                    }
                    accepted += 1
                } catch {
                    XCTAssert(error is PickleError, "seed \(index), \(round): \(error)")
                }
            }
            XCTAssertGreaterThan(accepted, 0, "seed \(index)")
        }
    }
}

extension TorchPickle {
    /// A tensor of storage 0 of whatever shape and strides.
    fileprivate mutating func uncheckedTensor(_ shape: [Int], strides: [Int], count: Int) {
        appendTensor(shape, strides: strides, storage: 0, count: count, offset: 0)
    }
}
