import Foundation
import XCTest

@testable import LanguageModels

final class NumPyFileTests: XCTestCase {
    private var scratch = try? ScratchFolder()

    override func tearDown() { scratch = nil }

    /// A file of the given version, padded as NumPy does.
    private func data(_ header: String, version: UInt8 = 1, elements: [UInt8]) -> Data {
        let front = version == 1 ? 10 : 12
        var header = Array(header.utf8)
        while (front + header.count + 1) % 64 != 0 { header.append(0x20) }
        header.append(0x0A)
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
        for shift in 0..<(front - 8) { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * shift))) }
        return Data(bytes + header + elements)
    }

    private func bytes(_ values: [Double]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    private func bytes(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    private func read(_ data: Data) throws -> NumPyFile {
        try NumPyFile(try XCTUnwrap(scratch).write(data, to: "a.npy"))
    }

    func testEveryVersionAndType() throws {
        for version in UInt8(1)...3 {
            let long = try read(
                data(
                    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", version: version,
                    elements: bytes([1.5, -0.0, .infinity])))
            XCTAssertEqual(long.shape, [3])
            XCTAssertEqual(long.values, [1.5, -0.0, .infinity], "version \(version)")
            let short = try read(
                data(
                    "{\"shape\": (2, 2L), \"fortran_order\": False,\"descr\":\"<f4\"}", version: version,
                    elements: bytes([0.1, 2, 3, 4] as [Float])))
            XCTAssertEqual(short.shape, [2, 2])
            XCTAssertEqual(short.values, [Double(0.1 as Float), 2, 3, 4])
        }
        let one = try read(
            data("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", elements: bytes([7.0])))
        XCTAssertEqual(one.shape, [])
        XCTAssertEqual(one.values, [7])
        let none = try read(data("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }", elements: []))
        XCTAssertEqual(none.values, [])
    }

    func testManyElements() throws {
        let values = (0..<40_000).map { Double($0) / 3 }
        let file = try read(
            data("{'descr': '<f8', 'fortran_order': False, 'shape': (40000,), }", elements: bytes(values)))
        XCTAssertEqual(file.values, values)
    }

    func testWhatNumPyWrote() throws {
        let file = try NumPyFile(FixtureFolder.shared.appendingPathComponent("reference-texts/idf.npy"))
        XCTAssertEqual(file.shape, [file.values.count])
        XCTAssertGreaterThan(file.values.min() ?? 0, 1)
    }

    func testBadFiles() throws {
        func header(_ type: String = "'<f8'", order: String = "False", shape: String = "(1,)") -> String {
            "{'descr': \(type), 'fortran_order': \(order), 'shape': \(shape), }"
        }
        let element = bytes([1.0])
        var newer = data(header(), elements: element)
        newer[6] = 4
        let sound = data(header(), elements: element)
        let cases: [(Data, String)] = [
            (Data(), "it does not begin like a NumPy file"),
            (Data("PK\u{3}\u{4} and more".utf8), "it does not begin like a NumPy file"),
            (newer, "version 4.0 is not known"), (sound.prefix(9), "the file ends inside its header"),
            (sound.prefix(60), "the file ends inside its header"),
            (sound.dropLast(), "the shape [1] needs 8 bytes, and 7 follow"),
            (sound + [0], "the shape [1] needs 8 bytes, and 9 follow"),
            (data(header("'>f8'"), elements: element), "elements of type '>f8'; '<f4' and '<f8' can be read"),
            (data(header("'|O'"), elements: element), "elements of type '|O'; '<f4' and '<f8' can be read"),
            (
                data(header("[('a', '<f8')]"), elements: element),
                "header, byte 10: expected a text in quotes; types of several fields are not read"
            ),
            (data(header(order: "True"), elements: element), "the array is in Fortran order"),
            (data(header(order: "1"), elements: element), "header, byte 34: expected True or False"),
            (
                data(header(shape: "(-1,)"), elements: element),
                "header, byte 51: expected a number of elements"
            ),
            (data(header(shape: "1"), elements: element), "header, byte 50: expected '('"),
            (
                data(header(shape: "(4611686018427387904, 4)"), elements: element),
                "the shape [4611686018427387904, 4] is too large"
            ),
            (
                data(header(shape: "(0, 4611686018427387904, 4)"), elements: []),
                "the shape [0, 4611686018427387904, 4] is too large"
            ),
            (
                data(header(shape: "(4611686018427387904, 4, 0)"), elements: []),
                "the shape [4611686018427387904, 4, 0] is too large"
            ),
            (
                data(header(shape: "(99999999999999999999,)"), elements: element),
                "header, byte 51: expected a number of elements"
            ),
            (
                data("{'descr': '<f8', 'shape': (1,)}", elements: element),
                "header, byte 31: fortran_order missing"
            ),
            (
                data("{'descr': '<f8', 'descr': '<f8'}", elements: element),
                "header, byte 24: the key 'descr' is unknown or repeated"
            ),
            (
                data("{'order': 'C'}", elements: element),
                "header, byte 8: the key 'order' is unknown or repeated"
            ),
            (data("{'descr", elements: element), "header, byte 2: a quote is not closed"),
            (data(header() + " x", elements: element), "header, byte 58: text after the dictionary"),
        ]
        for (data, reason) in cases {
            XCTAssertThrowsError(try read(data), reason) {
                guard case .malformed(_, let found)? = $0 as? LanguageModelError else {
                    return XCTFail("\(reason): \($0)")
                }
                XCTAssertEqual(found, reason)
            }
        }
    }

    func testDamagedFilesNeverCrash() throws {
        let sound = data(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", elements: bytes([1.5, 2, 3]))
        var stream = RandomStream(seed: 1, purpose: "npy")
        var taken = 0
        for round in 0..<RandomStream.rounds(2000) {
            do {
                let file = try read(stream.mutated(sound))
                taken += 1
                XCTAssertEqual(file.values.count, file.shape.reduce(1, *), "round \(round)")
            } catch {
                guard case .malformed? = error as? LanguageModelError else {
                    XCTFail("round \(round): \(error)")
                    continue
                }
            }
        }
        XCTAssertGreaterThan(taken, 50)
    }
}
