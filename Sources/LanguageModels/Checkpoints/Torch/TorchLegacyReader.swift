import Foundation

/// The format of torch before 1.6: pickles one after another (a magic number, a version, the machine, what
/// was saved, the storages' keys), then the storages: a count of elements in 8 bytes and the elements.
struct TorchLegacyReader {
    private let file: MappedFile

    /// 0x1950a86a20f9469cfc6c, little-endian.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    init(_ file: MappedFile) { self.file = file }

    private func malformed(_ reason: String) -> LanguageModelError {
        .malformed(path: file.path, reason: reason)
    }

    /// - Throws: `LanguageModelError.malformed`, `PickleError`.
    func content() throws -> TorchContent {
        var position = 0
        func next() throws -> PickleValue {
            var reader = PickleReader(bytes: file.bytes, position: position, expected: TorchNames.all)
            let value = try reader.read(valueLimit: TorchFile.valueLimit)
            position = reader.position
            return value
        }
        guard case .long(let magic) = try next(), magic == Self.magic else {
            throw malformed("a pickle, but not one of torch.save")
        }
        guard let version = try next().integer, version == Self.version else {
            throw malformed("a legacy torch file of an unknown version")
        }
        guard let machine = try next().dictionary, machine["little_endian"]?.bool == true else {
            throw malformed("a torch file of a big-endian machine")
        }
        let root = try next()
        guard let keys = try next().items?.map(\.string) else {
            throw malformed("no list of storages")
        }
        let places = try storages(root, keys, from: position)
        return TorchContent(root: root, file: file) { storage in
            guard let place = places[storage.key] else { return nil }
            guard place.count == storage.count, place.size == storage.elementByteCount else {
                throw malformed(
                    "storage \(storage.key) claims \(storage.count) elements, it has \(place.count)")
            }
            return place.start
        }
    }

    private typealias Place = (start: Int, count: Int, size: Int)

    /// Where each storage lies.  Their element types are told only by what refers to them.
    private func storages(_ root: PickleValue, _ keys: [String?], from start: Int) throws -> [String: Place] {
        var sizes: [String: Int] = [:]
        var finder = TorchStorageFinder()
        finder.visit(root)
        for storage in finder.found {
            guard
                sizes.updateValue(storage.elementByteCount, forKey: storage.key) ?? storage.elementByteCount
                    == storage.elementByteCount
            else { throw malformed("storage \(storage.key) has two element types") }
        }
        var places: [String: Place] = [:]
        var position = start
        let bytes = file.bytes
        for key in keys {
            guard let key, let size = sizes[key] else {
                throw malformed("storage \"\(key ?? "?")\" belongs to no tensor")
            }
            guard position <= bytes.count - 8 else { throw malformed("cut off before storage \(key)") }
            let count = Int(
                Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int64.self)))
            position += 8
            guard count >= 0, count <= (bytes.count - position) / size else {
                throw malformed("storage \(key) claims \(count) elements, more than the file has left")
            }
            guard places.updateValue((position, count, size), forKey: key) == nil else {
                throw malformed("two storages \(key)")
            }
            position += count * size
        }
        guard position == bytes.count else {
            throw malformed("\(bytes.count - position) bytes follow the last storage")
        }
        return places
    }
}

/// Finds all storages that a value refers to.
private struct TorchStorageFinder {
    private(set) var found: [TorchStorage] = []
    private var seen: Set<ObjectIdentifier> = []

    /// The reader has limited how deep values are nested; each container is looked at once.
    mutating func visit(_ value: PickleValue) {
        switch value {
        case .list(let list):
            if seen.insert(ObjectIdentifier(list)).inserted { list.items.forEach { visit($0) } }
        case .tuple(let tuple):
            if seen.insert(ObjectIdentifier(tuple)).inserted { tuple.items.forEach { visit($0) } }
        case .call(let call):
            if seen.insert(ObjectIdentifier(call)).inserted { visit(.tuple(call.arguments)) }
        case .dictionary(let dictionary):
            guard seen.insert(ObjectIdentifier(dictionary)).inserted else { return }
            for (key, value) in dictionary.items {
                visit(key)
                visit(value)
            }
        case .persistent(let id):
            if let storage = TorchStorage(id: id) { found.append(storage) }
        default: break
        }
    }
}
