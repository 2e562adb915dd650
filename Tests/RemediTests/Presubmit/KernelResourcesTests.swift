import XCTest

@testable import remedi

final class KernelResourcesTests: XCTestCase {
    private func kernels(_ bytes: [UInt8], _ architecture: Int = 80) throws -> [KernelResources] {
        try KernelResources.kernels(inCubin: bytes, architecture: architecture)
    }

    private func assertFails(
        _ bytes: [UInt8], _ expected: CubinError, _ what: String, line: UInt = #line
    ) {
        XCTAssertThrowsError(try kernels(bytes), what, line: line) {
            XCTAssertEqual($0 as? CubinError, expected, what, line: line)
        }
    }

    func testResourcesAreRead() throws {
        let bytes = CubinExample.twoKernels.bytes
        let scale = KernelResources(
            name: "scale", registers: 40, stackBytes: 32, localBytes: 8, codeBytes: 256)
        let add = KernelResources(
            name: "add", registers: 17, sharedBytes: 1152, mostThreads: 512, codeBytes: 128)
        XCTAssertEqual(try kernels(bytes), [add, scale])
        // From Hopper on the first KiB is CUDA's own.
        XCTAssertEqual(try kernels(bytes, 90).map(\.sharedBytes), [128, 0])
    }

    /// Whatever the length at which a file ends: an error and no trap.
    func testEveryPrefixIsRefused() {
        let bytes = CubinExample.twoKernels.bytes
        for count in bytes.indices {
            XCTAssertThrowsError(try kernels(Array(bytes[..<count])), "\(count) bytes") {
                XCTAssertTrue($0 is CubinError, "\(count) bytes: \($0)")
            }
        }
    }

    /// Each byte in turn becomes 0, 255 or another bit pattern: a result or a named error, never a trap.
    func testEveryBrokenByteIsSurvived() {
        let bytes = CubinExample.twoKernels.bytes
        var refused = 0
        for index in bytes.indices {
            for value: UInt8 in [0, 255, bytes[index] ^ 0x80, bytes[index] &+ 1] {
                var broken = bytes
                broken[index] = value
                do {
                    _ = try kernels(broken)
                } catch {
                    XCTAssertTrue(error is CubinError, "byte \(index) = \(value): \(error)")
                    refused += 1
                }
            }
        }
        XCTAssertGreaterThan(refused, 200)
    }

    func testHeadersThatAreWrong() {
        var bytes = CubinExample.twoKernels.bytes
        bytes[1] = 0
        assertFails(bytes, .malformed(.notELF), "no ELF")
        for (index, value): (Int, UInt8) in [(4, 1), (5, 2)] {
            var bytes = CubinExample.twoKernels.bytes
            bytes[index] = value
            assertFails(bytes, .malformed(.notLittleEndian64), "byte \(index)")
        }
        var example = CubinExample.twoKernels
        example.machine = 62
        assertFails(example.bytes, .otherMachine(62), "x86-64")
        example = .twoKernels
        example.sectionEntryBytes = 40
        assertFails(example.bytes, .malformed(.smallEntries("sections", bytes: 40)), "small entries")
        bytes = CubinExample.twoKernels.bytes
        bytes[62] = 200
        assertFails(bytes, .malformed(.noSuchSection(200)), "names in no section")
    }

    func testAttributesThatAreWrong() {
        let attribute = CubinExample.attribute
        let cases: [(String, String, [UInt8], CubinError)] = [
            ("unknown symbol", ".nv.info", attribute(0x2f, [99, 8]), .noSuchSymbol(99)),
            ("short pair", ".nv.info", attribute(0x2f, [1]), .attributeLength(kind: 0x2f, bytes: 4)),
            (
                "form", ".nv.info", [9, 0x2f, 0, 0], .attributeForm(9, section: ".nv.info")
            ),
            (
                "beyond the end", ".nv.info", [4, 0x2f, 8, 0, 1],
                .malformed(.endsEarly(".nv.info", offset: 4, bytes: 8, fileBytes: 5))
            ),
            (
                "cut in the entry", ".nv.info", [4, 0x2f],
                .malformed(.endsEarly(".nv.info", offset: 2, bytes: 2, fileBytes: 2))
            ),
            ("no registers", ".nv.info", attribute(0x2f, [1, 8]), .noRegisters(kernel: "scale")),
            ("threads", ".nv.info.add", attribute(0x05, [8]), .attributeLength(kind: 5, bytes: 4)),
        ]
        for (what, section, contents, error) in cases {
            var example = CubinExample.twoKernels
            example.set(section, contents)
            assertFails(example.bytes, error, what)
        }
        var example = CubinExample.twoKernels
        example.sections[3].name = ".nv.other"
        assertFails(example.bytes, .noAttributes, "no attributes")
    }

    func testNamesAndSymbolsThatAreWrong() {
        var example = CubinExample.twoKernels
        example.sections[1].contents = [0] + Array("add\0scale\0helper".utf8)
        assertFails(example.bytes, .malformed(.unreadableName(offset: 11)), "a name without an end")
        example.sections[1].contents = [0, 0xff, 0xfe, 0, 0] + Array("scale\0helper\0".utf8)
        assertFails(example.bytes, .malformed(.unreadableName(offset: 1)), "not UTF-8")
        example = .twoKernels
        example.sections[2].link = 77
        assertFails(example.bytes, .malformed(.noSuchSection(77)), "names of symbols in no section")
        example = .twoKernels
        example.sections[2].entryBytes = 16
        assertFails(example.bytes, .malformed(.smallEntries("symbols", bytes: 16)), "small symbols")
    }
}
