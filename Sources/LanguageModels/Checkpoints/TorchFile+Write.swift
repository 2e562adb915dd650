import Foundation

extension TorchFile {
    /// Writes a state dict of float32 tensors as `torch.save` does: an `OrderedDict` that `torch.load` reads
    /// with `weights_only=True`.
    ///
    /// Deterministic: the same input gives the same bytes.  Tensors stay in order.
    ///
    /// - Throws: `LanguageModelError.unwritable`, also for what a plain zip archive cannot hold.
    package static func write(_ tensors: [SafeTensors.Output], to file: URL) throws {
        var pickle = StateDictPickle()
        for (index, tensor) in tensors.enumerated() {
            precondition(
                TensorRecord.elementCount(tensor.shape) == tensor.values.count, "a shape covers its values")
            pickle.add(tensor.name, shape: tensor.shape, key: String(index))
        }
        let description = pickle.finished()
        var plan = ZipPlan()
        plan.add("archive/data.pkl", description)
        plan.add("archive/byteorder", Data("little".utf8))
        for (index, tensor) in tensors.enumerated() {
            tensor.values.withUnsafeBytes { plan.add("archive/data/\(index)", $0) }
        }
        plan.add("archive/version", Data("3\n".utf8))
        guard plan.byteCount <= Int(UInt32.max), plan.entries.count < 0xFFFF else {
            throw LanguageModelError.unwritable(
                path: file.path, reason: "more than 4 GiB do not fit into a torch file")
        }
        try AtomicFile.write(to: file) { sink in
            try sink.append(plan.localHeader(0))
            try sink.append(description)
            try sink.append(plan.localHeader(1))
            try sink.append(Data("little".utf8))
            for (index, tensor) in tensors.enumerated() {
                try sink.append(plan.localHeader(2 + index))
                try tensor.values.withUnsafeBytes { try sink.append($0) }
            }
            try sink.append(plan.localHeader(2 + tensors.count))
            try sink.append(Data("3\n".utf8))
            try sink.append(plan.directory)
        }
    }
}

/// Makes the pickle (protocol 2) of an `OrderedDict` of float32 tensors, each with a storage of its own.
private struct StateDictPickle {
    private var bytes = Data([PickleOpcode.proto.rawValue, 2])

    init() {
        emptyOrderedDict()
        put(.mark)
    }

    mutating func add(_ name: String, shape: [Int], key: String) {
        string(name)
        global(TorchNames.tensor2)
        put(.mark)
        put(.mark)
        string("storage")
        global(PickleName("torch", "FloatStorage"))
        string(key)
        string("cpu")
        integer(shape.reduce(1, *))
        put(.tuple)
        put(.binpersid)
        integer(0)
        tuple(shape)
        tuple(shape.indices.map { shape[($0 + 1)...].reduce(1) { $0 * max(1, $1) } })
        put(.newfalse)
        emptyOrderedDict()
        put(.tuple)
        put(.reduce)
    }

    func finished() -> Data {
        bytes + [PickleOpcode.setitems.rawValue, PickleOpcode.stop.rawValue]
    }

    private mutating func put(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

    private mutating func emptyOrderedDict() {
        global(PickleName("collections", "OrderedDict"))
        put(.emptyTuple)
        put(.reduce)
    }

    private mutating func global(_ name: PickleName) {
        put(.global)
        bytes.append(contentsOf: "\(name.module)\n\(name.name)\n".utf8)
    }

    private mutating func string(_ text: String) {
        put(.binunicode)
        bytes.appendLittleEndian(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func integer(_ value: Int) {
        if let small = Int32(exactly: value) {
            put(.binint)
            bytes.appendLittleEndian(UInt32(bitPattern: small))
        } else {
            put(.long1)
            bytes.append(8)
            bytes.appendLittleEndian(UInt64(value))
        }
    }

    private mutating func tuple(_ values: [Int]) {
        put(.mark)
        values.forEach { integer($0) }
        put(.tuple)
    }
}

/// Where the entries of a zip archive of stored entries will lie.  Contents start at multiples of 64, as
/// torch wants them; the gap is an extra field.
private struct ZipPlan {
    struct Entry {
        let name: String
        let checksum: UInt32
        let byteCount: Int
        /// Of the local header.
        let position: Int
        let padding: Int
    }

    private(set) var entries: [Entry] = []
    /// Of the headers and contents so far.
    private(set) var byteCount = 0

    mutating func add(_ name: String, _ content: UnsafeRawBufferPointer) {
        let start = byteCount + 30 + name.utf8.count + 4
        let padding = (64 - start % 64) % 64
        entries.append(
            Entry(
                name: name, checksum: CRC32.checksum(content), byteCount: content.count,
                position: byteCount, padding: padding))
        byteCount = start + padding + content.count
    }

    mutating func add(_ name: String, _ content: Data) { content.withUnsafeBytes { add(name, $0) } }

    func localHeader(_ index: Int) -> Data {
        let entry = entries[index]
        var header = Data()
        header.appendLittleEndian(ZipArchive.localSignature)
        appendCommon(of: entry, extra: 4 + entry.padding, to: &header)
        header.append(contentsOf: entry.name.utf8)
        header.append(contentsOf: "FB".utf8)
        header.appendLittleEndian(UInt16(entry.padding))
        header.append(contentsOf: repeatElement(UInt8(ascii: "Z"), count: entry.padding))
        return header
    }

    /// The central directory and the end record.
    var directory: Data {
        var result = Data()
        for entry in entries {
            result.appendLittleEndian(ZipArchive.directorySignature)
            result.appendLittleEndian(UInt16(0))
            appendCommon(of: entry, extra: 0, to: &result)
            // Comment, disk and attributes: none.
            result.append(contentsOf: repeatElement(0, count: 10))
            result.appendLittleEndian(UInt32(entry.position))
            result.append(contentsOf: entry.name.utf8)
        }
        let byteCount = result.count
        result.appendLittleEndian(ZipArchive.endSignature)
        result.appendLittleEndian(UInt32(0))
        result.appendLittleEndian(UInt16(entries.count))
        result.appendLittleEndian(UInt16(entries.count))
        result.appendLittleEndian(UInt32(byteCount))
        result.appendLittleEndian(UInt32(self.byteCount))
        result.appendLittleEndian(UInt16(0))
        return result
    }

    /// Version needed, flags (names in UTF-8), method, time (1980-01-01), checksum, sizes, lengths.
    private func appendCommon(of entry: Entry, extra: Int, to data: inout Data) {
        data.appendLittleEndian(UInt16(20))
        data.appendLittleEndian(UInt16(0x800))
        data.appendLittleEndian(UInt16(0))
        data.appendLittleEndian(UInt16(0))
        data.appendLittleEndian(UInt16(0x21))
        data.appendLittleEndian(entry.checksum)
        data.appendLittleEndian(UInt32(entry.byteCount))
        data.appendLittleEndian(UInt32(entry.byteCount))
        data.appendLittleEndian(UInt16(entry.name.utf8.count))
        data.appendLittleEndian(UInt16(extra))
    }
}

extension Data {
    fileprivate mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
