/// A small CUBIN, written section by section, so that tests can break it.
struct CubinExample {
    struct Section {
        var name: String
        var contents: [UInt8] = []
        /// For a section without bytes in the file.
        var emptyBytes: Int?
        var type: UInt32 = 1
        var link: UInt32 = 0
        var entryBytes = 0
    }

    var machine: UInt16 = 190
    var sections: [Section] = []
    var sectionEntryBytes = 64

    static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// An attribute of form 4.
    static func attribute(_ kind: UInt8, _ values: [Int]) -> [UInt8] {
        [4, kind] + little(4 * values.count, 2) + values.flatMap { little($0, 4) }
    }

    /// Kernels `add`, with 1152 bytes of `.nv.shared`, 17 registers and at most 256 · 2 · 1 threads, and
    /// `scale`, with 40 registers, a stack of 32 bytes in a function that it calls, and 8 bytes of local memory.
    static var twoKernels: CubinExample {
        var example = CubinExample()
        let names: [UInt8] = [0] + Array("add\0scale\0helper\0".utf8)
        var symbols: [UInt8] = []
        for (name, kind, section) in [(0, 0, 0), (1, 2, 4), (5, 2, 5), (11, 2, 5)] {
            symbols += little(name, 4) + little(kind | 16, 2) + little(section, 2) + little(0, 16)
        }
        var functions: [UInt8] = attribute(0x2f, [1, 17]) + attribute(0x11, [1, 0])
        functions += [1, 0x35, 0, 0] as [UInt8]
        functions += attribute(0x12, [1, 0]) + attribute(0x2f, [2, 40])
        functions += attribute(0x11, [2, 0]) + attribute(0x11, [3, 32])
        example.sections = [
            Section(name: "", type: 0), Section(name: ".strtab", contents: names, type: 3),
            Section(name: ".symtab", contents: symbols, type: 2, link: 1, entryBytes: 24),
            Section(name: ".nv.info", contents: functions, type: 0x7000_0000, link: 2),
            Section(name: ".text.add", contents: [UInt8](repeating: 0, count: 128)),
            Section(name: ".text.scale", contents: [UInt8](repeating: 0, count: 256)),
            Section(
                name: ".nv.info.add", contents: [3, 0x1b, 255, 0] + attribute(0x05, [256, 2, 1]),
                type: 0x7000_0000, link: 2),
            Section(name: ".nv.shared.add", emptyBytes: 1152, type: 8),
            Section(name: ".nv.shared.reserved.0", emptyBytes: 64, type: 8),
            Section(name: ".nv.local.scale", emptyBytes: 8, type: 8),
        ]
        return example
    }

    /// Replaces the contents of a section.
    mutating func set(_ name: String, _ contents: [UInt8]) {
        for index in sections.indices where sections[index].name == name {
            sections[index].contents = contents
        }
    }

    /// The file: header, contents, the table of names, the table of sections.
    var bytes: [UInt8] {
        var all = sections + [Section(name: ".shstrtab", type: 3)]
        var names: [UInt8] = []
        var places: [Int] = []
        for section in all {
            places.append(names.count)
            names += Array(section.name.utf8) + [0]
        }
        all[all.count - 1].contents = names
        var body: [UInt8] = []
        var table: [UInt8] = []
        for (index, section) in all.enumerated() {
            let offset = 64 + body.count
            body += section.contents
            table += Self.little(places[index], 4) + Self.little(Int(section.type), 4)
            table += Self.little(0, 16) + Self.little(offset, 8)
            table += Self.little(section.emptyBytes ?? section.contents.count, 8)
            table += Self.little(Int(section.link), 4) + Self.little(0, 4) + Self.little(1, 8)
            table += Self.little(section.entryBytes, 8)
        }
        var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 51] + Self.little(0, 8)
        header += Self.little(2, 2) + Self.little(Int(machine), 2) + Self.little(1, 4) + Self.little(0, 16)
        header += Self.little(64 + body.count, 8) + Self.little(0, 4) + Self.little(64, 2)
        header += Self.little(0, 4) + Self.little(sectionEntryBytes, 2) + Self.little(all.count, 2)
        header += Self.little(all.count - 1, 2)
        return header + body + table
    }
}
