/// Machine code as compilers write it: the sections and symbols of a 64-bit little-endian ELF file.
///
/// The bytes come from outside: every offset and length in them is checked before it is used.
/// Source: the System V ABI, chapters 4 and 5 (gABI 4.1).
struct ELFFile {
    struct Section: Equatable {
        var name: String
        var type: UInt32
        var offset: Int
        var byteCount: Int
        var link: Int
        var info: UInt32
        var entryBytes: Int

        /// `SHT_NOBITS`: the section has a length, but no bytes in the file.
        var isEmptyInFile: Bool { type == 8 }
    }

    struct Symbol: Equatable {
        var name: String
        /// 2 is a function.
        var kind: UInt8
        var section: Int
    }

    let machine: UInt16
    let sections: [Section]
    private let bytes: CheckedBytes

    /// - Throws: `ELFError`.
    init(_ image: [UInt8]) throws(ELFError) {
        bytes = CheckedBytes(image)
        guard image.starts(with: [0x7f, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F")]) else {
            throw .notELF
        }
        guard image.count > 5, image[4] == 2, image[5] == 1 else { throw .notLittleEndian64 }
        machine = UInt16(try bytes.integer(at: 18, 2, of: "the header"))
        let table = try bytes.integer(at: 40, 8, of: "the header")
        let entry = try bytes.integer(at: 58, 2, of: "the header")
        let count = try bytes.integer(at: 60, 2, of: "the header")
        let names = try bytes.integer(at: 62, 2, of: "the header")
        guard entry >= Self.sectionEntryBytes else { throw .smallEntries("sections", bytes: entry) }
        try bytes.check(table, count: count, of: entry, "the table of sections")
        var sections: [Section] = []
        var places: [Int] = []
        for index in 0..<count {
            let (section, name) = try Self.section(at: table + index * entry, in: bytes)
            sections.append(section)
            places.append(name)
        }
        guard names < sections.count else { throw .noSuchSection(names) }
        for index in sections.indices {
            sections[index].name = try bytes.string(at: places[index], in: sections[names])
        }
        self.sections = sections
    }

    private static let sectionEntryBytes = 64
    private static let symbolEntryBytes = 24

    /// A section without its name, and where the name is in the table of names.
    private static func section(
        at offset: Int, in bytes: CheckedBytes
    ) throws(ELFError) -> (section: Section, name: Int) {
        func field(_ place: Int, _ width: Int) throws(ELFError) -> Int {
            try bytes.integer(at: offset + place, width, of: "the table of sections")
        }
        let section = Section(
            name: "", type: UInt32(try field(4, 4)), offset: try field(24, 8), byteCount: try field(32, 8),
            link: try field(40, 4), info: UInt32(try field(44, 4)), entryBytes: try field(56, 8))
        if !section.isEmptyInFile { try bytes.check(section.offset, count: section.byteCount, "a section") }
        return (section, try field(0, 4))
    }

    func section(named name: String) -> Section? { sections.first { $0.name == name } }

    /// The bytes of a section; none for one that is empty in the file.
    func contents(of section: Section) -> CheckedBytes {
        section.isEmptyInFile ? CheckedBytes([]) : bytes.part(section.offset, section.byteCount)
    }

    /// The symbols of `.symtab`; none without one.
    ///
    /// - Throws: `ELFError`.
    func symbols() throws(ELFError) -> [Symbol] {
        guard let table = section(named: ".symtab") else { return [] }
        guard table.entryBytes >= Self.symbolEntryBytes else {
            throw .smallEntries("symbols", bytes: table.entryBytes)
        }
        guard sections.indices.contains(table.link) else { throw .noSuchSection(table.link) }
        let contents = contents(of: table)
        var symbols: [Symbol] = []
        for index in 0..<contents.count / table.entryBytes {
            let start = index * table.entryBytes
            let name = try contents.integer(at: start, 4, of: "the symbols")
            symbols.append(
                Symbol(
                    name: try bytes.string(at: name, in: sections[table.link]),
                    kind: UInt8(try contents.integer(at: start + 4, 1, of: "the symbols") & 15),
                    section: try contents.integer(at: start + 6, 2, of: "the symbols")))
        }
        return symbols
    }
}

/// Why bytes are not an ELF file that can be read.
package enum ELFError: Error, Equatable {
    case notELF
    /// Of another word length or byte order.
    case notLittleEndian64
    /// Something reaches from `offset` on over `bytes` bytes, beyond the end.
    case endsEarly(String, offset: Int, bytes: Int, fileBytes: Int)
    /// A number that no offset and no length can be.
    case tooLarge(String)
    /// The entries of a table have too few bytes for what they hold.
    case smallEntries(String, bytes: Int)
    case noSuchSection(Int)
    /// A name that does not end or is not UTF-8.
    case unreadableName(offset: Int)
}

/// Bytes that are read at places which other bytes name.
struct CheckedBytes {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    private init(slice: ArraySlice<UInt8>) { bytes = slice }

    var count: Int { bytes.count }

    /// - Throws: `ELFError.endsEarly` unless `count` elements of `size` bytes lie at `offset`.
    func check(_ offset: Int, count: Int, of size: Int = 1, _ what: String) throws(ELFError) {
        let (length, isLong) = count.multipliedReportingOverflow(by: size)
        guard !isLong, offset >= 0, length >= 0 else { throw .tooLarge(what) }
        guard offset <= bytes.count, length <= bytes.count - offset else {
            throw .endsEarly(what, offset: offset, bytes: length, fileBytes: bytes.count)
        }
    }

    /// An unsigned number of `width` bytes, the lowest first.
    func integer(at offset: Int, _ width: Int, of what: String) throws(ELFError) -> Int {
        try check(offset, count: width, what)
        let start = bytes.startIndex + offset
        var value: UInt64 = 0
        for index in (0..<width).reversed() { value = value << 8 | UInt64(bytes[start + index]) }
        guard let small = Int(exactly: value) else { throw .tooLarge(what) }
        return small
    }

    /// The bytes at an offset that was checked.
    func part(_ offset: Int, _ count: Int) -> CheckedBytes {
        CheckedBytes(slice: bytes[(bytes.startIndex + offset)...].prefix(count))
    }

    /// A string that ends with a zero byte within the section `table`.
    func string(at offset: Int, in table: ELFFile.Section) throws(ELFError) -> String {
        guard !table.isEmptyInFile, offset < table.byteCount else { throw .unreadableName(offset: offset) }
        let rest = part(table.offset + offset, table.byteCount - offset).bytes
        guard let end = rest.firstIndex(of: 0),
            let text = String(validating: rest[..<end], as: UTF8.self)
        else { throw .unreadableName(offset: offset) }
        return text
    }
}
