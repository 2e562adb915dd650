/// What one kernel takes of a multiprocessor, read from compiled code.
struct KernelResources: Equatable {
    var name: String
    /// For each thread.
    var registers = 0
    /// Bytes of static shared memory for each block.
    var sharedBytes = 0
    /// Bytes of each thread's stack, with those of the functions that the kernel calls.  What does not fit the
    /// registers (spills) and arrays that are indexed at run time lie there, in the GPU's memory.
    var stackBytes = 0
    /// Bytes of local memory outside a stack.
    var localBytes = 0
    /// Most threads of a block, if the kernel says so.
    var mostThreads: Int?
    /// Bytes of instructions.
    var codeBytes = 0
}

extension KernelResources {
    /// The kernels of a CUBIN, in order of their names.
    ///
    /// Each kernel `k` has its code in `.text.k`, its attributes in `.nv.info.k` and its static shared memory
    /// in `.nv.shared.k`; `.nv.info` says of every function how many registers and how much stack it needs.
    /// NVIDIA documents the sections' names (CUDA Binary Utilities, "CUDA Binary") but not the attributes'
    /// numbers, which are those that `cuobjdump -elf` names EIATTR_…; that they mean what is taken for granted
    /// here is proven at every run by comparison with the assembler's own words.
    ///
    /// - Throws: `CubinError`.
    static func kernels(inCubin image: [UInt8], architecture: Int) throws(CubinError) -> [KernelResources] {
        do {
            return try kernels(in: ELFFile(image), architecture: architecture)
        } catch let error as ELFError {
            throw .malformed(error)
        } catch let error as CubinError {
            throw error
        } catch {
            preconditionFailure("no other errors are thrown")
        }
    }

    private static func kernels(in file: ELFFile, architecture: Int) throws -> [KernelResources] {
        guard file.machine == cudaMachine else { throw CubinError.otherMachine(file.machine) }
        var kernels: [String: KernelResources] = [:]
        for section in file.sections {
            if let name = section.name.suffix(after: ".text.") {
                kernels[name] = KernelResources(name: name, codeBytes: section.byteCount)
            }
        }
        try readFunctions(of: file, into: &kernels)
        for section in file.sections {
            if let name = section.name.suffix(after: ".nv.shared."), kernels[name] != nil {
                let own = section.byteCount - (architecture >= 90 ? reservedSharedBytes : 0)
                kernels[name]?.sharedBytes = max(0, own)
            } else if let name = section.name.suffix(after: ".nv.local.") {
                kernels[name]?.localBytes = section.byteCount
            } else if let name = section.name.suffix(after: ".nv.info."), kernels[name] != nil {
                for attribute in try CubinAttribute.all(in: file.contents(of: section), section.name)
                where attribute.kind == .mostThreads {
                    kernels[name]?.mostThreads = try attribute.product(3)
                }
            }
        }
        return kernels.values.sorted { $0.name < $1.name }
    }

    /// Registers and stack, which `.nv.info` gives for each function by the number of its symbol.  A function
    /// that a kernel calls lies in the kernel's section, so that what it needs is the kernel's too.
    private static func readFunctions(
        of file: ELFFile, into kernels: inout [String: KernelResources]
    ) throws {
        let symbols = try file.symbols()
        guard let table = file.section(named: ".nv.info") else { throw CubinError.noAttributes }
        var counted: Set<String> = []
        for attribute in try CubinAttribute.all(in: file.contents(of: table), ".nv.info") {
            guard [.registers, .frame, .stack].contains(attribute.kind) else { continue }
            let (symbol, value) = try attribute.pair()
            guard symbols.indices.contains(symbol), file.sections.indices.contains(symbols[symbol].section)
            else { throw CubinError.noSuchSymbol(symbol) }
            guard let name = file.sections[symbols[symbol].section].name.suffix(after: ".text.") else {
                continue
            }
            guard let known = kernels[name] else { continue }
            if attribute.kind == .registers {
                counted.insert(name)
                kernels[name]?.registers = max(known.registers, value)
            } else {
                kernels[name]?.stackBytes = max(known.stackBytes, value)
            }
        }
        if let missing = kernels.keys.sorted().first(where: { !counted.contains($0) }) {
            throw CubinError.noRegisters(kernel: missing)
        }
    }

    /// `EM_CUDA`.
    private static let cudaMachine: UInt16 = 190
    /// From Hopper on, a block's shared memory begins with what CUDA keeps for itself.
    private static let reservedSharedBytes = 1024
}

/// Why compiled code does not say what its kernels need.
package enum CubinError: Error, Equatable {
    case malformed(ELFError)
    /// Code for something else than an NVIDIA GPU.
    case otherMachine(UInt16)
    case noAttributes
    case noSuchSymbol(Int)
    case noRegisters(kernel: String)
    /// An attribute of another length than its kind has.
    case attributeLength(kind: Int, bytes: Int)
    case attributeForm(Int, section: String)
}

/// One entry of a section `.nv.info…`: a form, a kind and a value of 0 to 65,535 bytes.
struct CubinAttribute {
    /// The kinds that are read.
    enum Kind: Int {
        case mostThreads = 0x05
        case frame = 0x11
        case stack = 0x12
        case registers = 0x2f
    }

    let kind: Kind
    let value: CheckedBytes

    /// - Throws: `CubinError`, `ELFError`.
    static func all(in bytes: CheckedBytes, _ section: String) throws -> [CubinAttribute] {
        var found: [CubinAttribute] = []
        var offset = 0
        while offset < bytes.count {
            let form = try bytes.integer(at: offset, 1, of: section)
            let kind = try bytes.integer(at: offset + 1, 1, of: section)
            // Forms 1 to 3 have their value, if any, in the entry itself; form 4 has its length there.
            let length = try bytes.integer(at: offset + 2, 2, of: section)
            guard (1...4).contains(form) else { throw CubinError.attributeForm(form, section: section) }
            let held = form == 4 ? length : 0
            try bytes.check(offset + 4, count: held, section)
            if let kind = Kind(rawValue: kind), form == 4 {
                found.append(CubinAttribute(kind: kind, value: bytes.part(offset + 4, held)))
            }
            offset += 4 + held
        }
        return found
    }

    /// The number of a symbol and a count.
    func pair() throws -> (symbol: Int, value: Int) {
        try check(8)
        return (
            try value.integer(at: 0, 4, of: "an attribute"), try value.integer(at: 4, 4, of: "an attribute")
        )
    }

    /// Counts multiplied with each other.
    func product(_ count: Int) throws -> Int {
        try check(4 * count)
        var result = 1
        for index in 0..<count {
            let factor = try value.integer(at: 4 * index, 4, of: "an attribute")
            let (product, isLarge) = result.multipliedReportingOverflow(by: factor)
            if isLarge { throw ELFError.tooLarge("an attribute") }
            result = product
        }
        return result
    }

    private func check(_ bytes: Int) throws {
        guard value.count == bytes else {
            throw CubinError.attributeLength(kind: kind.rawValue, bytes: value.count)
        }
    }
}

extension String {
    /// What follows `prefix`; nil where the string does not begin with it.
    fileprivate func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
