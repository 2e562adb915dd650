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

    /// A file of a header, which may lie, and data.
    private func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> Data {
        let text = Data(header.utf8)
        let length = length ?? UInt64(text.count)
        return withUnsafeBytes(of: length.littleEndian) { Data($0) } + text + Data(count: data)
    }

    private func reason(_ data: Data) throws -> String {
        let scratch = try ScratchFolder()
        let file = try scratch.write(data, to: "x.safetensors")
        do {
            _ = try SafeTensors.read(file)
            return "read without complaint"
        } catch LanguageModelError.malformed(let path, let reason) {
            XCTAssertEqual(path, file.path)
            return reason
        }
    }

    private func tensor(_ from: Int, _ to: Int, shape: String = "[1]", type: String = "F32") -> String {
        #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(from),\#(to)]}"#
    }

    func testFilesThatLie() throws {
        let a = tensor(0, 4)
        let cases: [(Data, String)] = [
            (Data(), "0 bytes, too short for a header"),
            (Data([1, 2, 3]), "3 bytes, too short for a header"),
            (
                file("{}", length: 100_000_001),
                "the header claims 100000001 bytes, more than the format allows"
            ),
            (
                file("{}", length: .max),
                "the header claims 18446744073709551615 bytes, more than the format allows"
            ),
            (file("{}", length: 3), "the header claims 3 bytes, but only 2 follow"),
            (file("{}", length: 0), "the header is not a JSON object"),
            (file("[]"), "the header is not a JSON object"),
            (file(" {}"), "the header is not a JSON object"),
            (file("{\"a\""), "header, byte 4: the text ends too early"),
            (file("{\"\u{0}\":1}"), "header, byte 2: a control character in a string"),
            (file(#"{"a":1}"#), "tensor \"a\" has no dtype"),
            (file(#"{"a":{"dtype":"F32"}}"#), "tensor \"a\" has no shape of whole numbers"),
            (
                file(#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, data: 4),
                "tensor \"a\" has no shape of whole numbers"
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, data: 4),
                "tensor \"a\" has no pair of data_offsets"
            ),
            (file(#"{"a":\#(a)}"#), "tensor \"a\" claims bytes 0 to 4 of 0"),
            (file(#"{"a":\#(tensor(4, 0))}"#, data: 4), "tensor \"a\" claims bytes 4 to 0 of 4"),
            (file(#"{"a":\#(tensor(-4, 0))}"#, data: 4), "tensor \"a\" claims bytes -4 to 0 of 4"),
            (
                file(#"{"a":\#(tensor(0, .max))}"#, data: 4),
                "tensor \"a\" claims bytes 0 to 9223372036854775807 of 4"
            ),
            (
                file(#"{"a":\#(tensor(0, 4, shape: "[2]"))}"#, data: 4),
                "tensor \"a\" of F32 [2] has 4 bytes"
            ),
            (
                file(#"{"a":\#(tensor(0, 4, shape: "[-1]"))}"#, data: 4),
                "tensor \"a\" has the impossible shape [-1]"
            ),
            (
                file(#"{"a":\#(tensor(0, 4, shape: "[4294967296,4294967296]"))}"#, data: 4),
                "tensor \"a\" has the impossible shape [4294967296, 4294967296]"
            ),
            (
                file(#"{"a":\#(tensor(0, 0, shape: "[4611686018427387904,4,0]"))}"#),
                "tensor \"a\" has the impossible shape [4611686018427387904, 4, 0]"
            ),
            (
                file(#"{"a":\#(tensor(0, 0, shape: "[0,4611686018427387904,4]", type: "I8"))}"#),
                "tensor \"a\" has the impossible shape [0, 4611686018427387904, 4]"
            ),
            (
                file(#"{"a":\#(tensor(0, 0, shape: "[0,-1]"))}"#),
                "tensor \"a\" has the impossible shape [0, -1]"
            ),
            (
                file(#"{"a":\#(tensor(0, 4, shape: "[4611686018427387904]"))}"#, data: 4),
                "tensor \"a\" of F32 [4611686018427387904] has 4 bytes"
            ),
            (
                file(#"{"a":\#(a),"b":\#(tensor(2, 6))}"#, data: 6),
                "tensor \"b\" overlaps tensor \"a\""
            ),
            (file(#"{"a":\#(a),"b":\#(a)}"#, data: 4), "tensor \"b\" overlaps tensor \"a\""),
            (
                file(#"{"a":\#(a),"b":\#(tensor(8, 12))}"#, data: 12),
                "a gap of 4 bytes after tensor \"a\""
            ),
            (file(#"{"a":\#(tensor(4, 8))}"#, data: 8), "a gap of 4 bytes after the header"),
            (file(#"{"a":\#(a)}"#, data: 5), "1 bytes that no tensor owns after tensor \"a\""),
            (
                file(#"{"a":\#(a),"a":\#(tensor(4, 8))}"#, data: 8),
                "header, byte 54: the key \"a\" occurs twice"
            ),
            (file(#"{"__metadata__":[]}"#), "__metadata__ is not an object"),
            (file(#"{"__metadata__":{"a":1}}"#), "__metadata__ \"a\" is not a string"),
            (
                Data("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".utf8),
                "a Git LFS pointer, not the file itself: run `git lfs pull`"
            ),
        ]
        for (data, expected) in cases { XCTAssertEqual(try reason(data), expected) }
        var torn = file(#"{"a":\#(a)}"#, data: 4)
        torn[9] = 0xFF
        XCTAssertEqual(try reason(torn), "header, byte 1: expected '\"'")
        torn[10] = 0xFF
        torn[9] = 0x22
        XCTAssertEqual(try reason(torn), "header, byte 2: a string that is not UTF-8")
    }

    func testOtherElementTypesAreListedButNotHandedOut() throws {
        let scratch = try ScratchFolder()
        let header =
            #"{"ids":\#(tensor(0, 8, type: "I64")),"mask":\#(tensor(8, 9, type: "BOOL")),"#
            + #""odd":\#(tensor(9, 12, type: "F6_E2M3")),"w":\#(tensor(12, 16))}"#
        let url = try scratch.write(file(header, data: 16), to: "model.safetensors")
        XCTAssertEqual(try SafeTensors.read(url).tensors.map(\.name), ["w"])
        try scratch.write("{}", to: "config.json")
        let checkpoint = try Checkpoint(folder: scratch.url)
        XCTAssertEqual(checkpoint.tensorNames, ["ids", "mask", "odd", "w"])
        for (name, type) in [("ids", "I64"), ("mask", "BOOL"), ("odd", "F6_E2M3")] {
            XCTAssertNil(checkpoint.tensor(name), name)
            XCTAssertEqual(checkpoint.record(name)?.typeName, type)
        }
        XCTAssertEqual(checkpoint.tensor("w")?.floats(), [0])
    }

    /// A file without metadata may say so; what has no elements may have any other size beside the 0.
    func testNoMetadataAndNoElements() throws {
        let scratch = try ScratchFolder()
        let header =
            #"{"__metadata__":null,"a":\#(tensor(0, 0, shape: "[4611686018427387904,0]")),"#
            + #""b":\#(tensor(0, 4))}"#
        let url = try scratch.write(file(header, data: 4), to: "x.safetensors")
        let (tensors, metadata) = try SafeTensors.read(url)
        XCTAssertEqual(metadata, [:])
        XCTAssertEqual(tensors.map(\.elementCount), [0, 1])
        XCTAssertEqual(tensors.map { $0.floats().count }, [0, 1])
    }

    func testDoublesAreReadAsFloats() throws {
        let scratch = try ScratchFolder()
        let values: [Double] = [1.000000001, -0.1, 1e-50, 3.5e38, .infinity, .nan, -0.0]
        let header = #"{"d":\#(tensor(0, 56, shape: "[7]", type: "F64"))}"#
        let url = try scratch.write(
            file(header) + values.withUnsafeBytes { Data($0) }, to: "x.safetensors")
        let tensor = try XCTUnwrap(SafeTensors.read(url).tensors.first)
        XCTAssertTrue(tensor.isDouble)
        XCTAssertEqual(tensor.elementType, .float32)
        XCTAssertEqual(tensor.byteCount, 56)
        XCTAssertEqual(tensor.floats().map(\.bitPattern), values.map { Float($0).bitPattern })
        XCTAssertEqual(tensor.elements(1..<3).floats(), [-0.1, 0])
    }

    /// A finite number of F64 that becomes infinite is refused by name; one that is infinite stays.
    func testDoublesBeyondSinglesAreRefused() throws {
        let scratch = try ScratchFolder()
        let cases: [(values: [Double], refused: Double?)] = [
            ([0, 1e300], 1e300), ([-3.5e38, 0], -3.5e38),
            ([.infinity, .greatestFiniteMagnitude], .greatestFiniteMagnitude),
            ([.infinity, -.infinity], nil), ([.nan, 3.4028235e38], nil), ([1e-300, 3.40282350001e38], nil),
        ]
        for (values, refused) in cases {
            let header = #"{"d":\#(tensor(0, 16, shape: "[2]", type: "F64"))}"#
            let url = try scratch.write(
                file(header) + values.withUnsafeBytes { Data($0) }, to: "x.safetensors")
            let tensor = try XCTUnwrap(SafeTensors.read(url).tensors.first)
            for (name, read) in [
                ("floats", { _ = try tensor.finiteFloats() }),
                ("rounded", { _ = try tensor.rounded(to: .float32) }),
                ("check", { try tensor.check(fits: .bfloat16) }),
            ] as [(String, () throws -> Void)] {
                guard let refused else {
                    // The largest single does not fit bfloat16.
                    if name != "check" { XCTAssertNoThrow(try read(), "\(name) \(values)") }
                    continue
                }
                XCTAssertThrowsError(try read(), "\(name) \(values)") {
                    XCTAssertEqual(
                        $0 as? LanguageModelError, .beyondSingle(name: "d", value: refused), name)
                }
            }
        }
    }

    func testHalfTypesWidenExactly() throws {
        let scratch = try ScratchFolder()
        let header = #"{"h":\#(tensor(0, 131072, shape: "[65536]", type: "F16"))}"#
        var data = file(header)
        for bits in UInt16.min ... .max { data.append(contentsOf: [UInt8(bits & 0xFF), UInt8(bits >> 8)]) }
        let halves = try SafeTensors.read(scratch.write(data, to: "h")).tensors[0].floats()
        let brains = Data(data.dropFirst(8 + header.utf8.count))
        let header2 = header.replacingOccurrences(of: "F16", with: "BF16")
        let singles = try SafeTensors.read(scratch.write(file(header2) + brains, to: "b")).tensors[0].floats()
        for bits in UInt16.min ... .max {
            let half = Float(Float16(bitPattern: bits))
            let found = halves[Int(bits)]
            XCTAssert(half.isNaN ? found.isNaN : found.bitPattern == half.bitPattern, "half \(bits)")
            XCTAssertEqual(singles[Int(bits)].bitPattern, UInt32(bits) << 16, "bfloat16 \(bits)")
        }
    }

    /// The hash of a file whose header says one thing is that of the file which says the other.
    func testHashesOfOtherHeaders() throws {
        let scratch = try ScratchFolder()
        func file(_ name: String, _ model: String) throws -> URL {
            try SafeTensors.write(
                [.init(name: "w", shape: [3], values: [1, 2, 3])],
                metadata: ["model": model, "settings": #"{"model": "\#(model)"}"#], to: scratch.file(name))
            return scratch.file(name)
        }
        for (old, new) in [("2-abcdef", "abcd"), ("abcd", "2-abcdef"), ("2-a", "2-b"), ("x", "123456789")] {
            let (first, second) = (try file("a", old), try file("b", new))
            let label = "\(old), \(new)"
            XCTAssertNotEqual(try SHA256.hash(file: first), try SHA256.hash(file: second), label)
            XCTAssertEqual(
                try SafeTensors.hash(file: first, replacing: old, with: new), try SHA256.hash(file: second),
                label)
            XCTAssertEqual(
                try SafeTensors.hash(file: second, replacing: "nothing of it", with: "other"),
                try SHA256.hash(file: second), label)
        }
        for content in ["", "short", "\u{1}\0\0\0\0\0\0\0", String(repeating: "\u{7F}", count: 40)] {
            let file = try scratch.write(content, to: "c")
            XCTAssertEqual(
                try SafeTensors.hash(file: file, replacing: "a", with: "b"), try SHA256.hash(file: file),
                content)
        }
    }

    func testMutationsNeverCrash() throws {
        let scratch = try ScratchFolder()
        let url = scratch.file("x.safetensors")
        try SafeTensors.write(tensors, metadata: ["a": "b"], to: url)
        let seed = try Data(contentsOf: url)
        var stream = RandomStream(seed: 2, purpose: "safetensors mutations")
        var accepted = 0
        for round in 0..<RandomStream.rounds(3000) {
            try scratch.write(stream.mutated(seed), to: "x.safetensors")
            do {
                for tensor in try SafeTensors.read(url).tensors { accepted += tensor.floats().count }
            } catch {
                guard case LanguageModelError.malformed = error else { return XCTFail("\(round): \(error)") }
            }
        }
        XCTAssertGreaterThan(accepted, 0)
    }

    /// Tensors that grow side by side make the same file as tensors that are there already.
    func testWritingPieceByPiece() throws {
        let scratch = try ScratchFolder()
        let (whole, pieces) = (scratch.file("whole"), scratch.file("pieces"))
        let metadata = ["key": "value"]
        try SafeTensors.write(
            [
                .init(name: "a", shape: [2, 2], values: [1, 2, 3, 4]),
                .init(name: "b", shape: [0], values: []),
                .init(name: "c", shape: [3], values: [5, 6, 7]),
            ], metadata: metadata, to: whole)
        try SafeTensors.write(
            [("a", [2, 2]), ("b", [0]), ("c", [3])], metadata: metadata, to: pieces
        ) { tensors in
            try tensors.append([5], to: 2)
            try tensors.append([1, 2], to: 0)
            try tensors.append([6, 7], to: 2)
            try tensors.append([3, 4], to: 0)
        }
        XCTAssertEqual(try Data(contentsOf: pieces), try Data(contentsOf: whole))
    }
}
