import Compute
import Foundation

/// torch's zip-and-pickle and legacy formats, read without ever executing anything.
package enum TorchFile {
    /// A pickle may make so many values: about 50 go to a tensor, a few to a moment of an optimizer.
    static let valueLimit = 4_000_000

    /// The tensors of F32, F16, BF16 and F64 of a state dict, in its order.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func read(_ file: URL) throws -> [StoredTensor] {
        try records(of: file).compactMap(\.stored)
    }

    /// All tensors of a state dict, of whatever element type, in its order.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func records(of file: URL) throws -> [TensorRecord] {
        try records(of: MappedFile(file))
    }

    static func records(of file: MappedFile) throws -> [TensorRecord] {
        let content = try open(file)
        return try content.stateDict()
    }

    /// The object that `torch.save` was given, tensors mapped but not read.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func open(_ file: URL) throws -> TorchContent { try open(MappedFile(file)) }

    private static func open(_ mapped: MappedFile) throws -> TorchContent {
        let bytes = mapped.bytes
        do {
            if bytes.starts(with: "PK\u{3}\u{4}".utf8) { return try zipped(mapped) }
            if bytes.first == PickleOpcode.proto.rawValue { return try TorchLegacyReader(mapped).content() }
        } catch let error as PickleError {
            throw LanguageModelError.malformed(
                path: mapped.path, reason: "pickle, byte \(error.byte): \(error.reason)")
        }
        try GitPointer.refuse(mapped)
        throw LanguageModelError.malformed(
            path: mapped.path, reason: "neither a zip archive nor a legacy torch file")
    }

    /// The zip format, torch 1.6 and later: `NAME/data.pkl` and a `NAME/data/KEY` for every storage.
    private static func zipped(_ file: MappedFile) throws -> TorchContent {
        func malformed(_ reason: String) -> LanguageModelError {
            .malformed(path: file.path, reason: reason)
        }
        let archive = try ZipArchive(file)
        let pickles = archive.entries.filter {
            $0.name.hasSuffix("/data.pkl") && $0.name.utf8.count { $0 == UInt8(ascii: "/") } == 1
        }
        guard let pickle = pickles.first, pickles.count == 1 else {
            throw malformed("zip: no single data.pkl; not a file of torch.save")
        }
        let folder = pickle.name.dropLast("data.pkl".count)
        let entries = Dictionary(uniqueKeysWithValues: archive.entries.map { ($0.name, $0) })
        if let order = entries[folder + "byteorder"] {
            let text = try archive.checkedContent(order)
            guard text.elementsEqual("little".utf8) else {
                throw malformed("byte order \"\(String(decoding: text, as: UTF8.self))\"")
            }
        }
        var reader = PickleReader(bytes: try archive.checkedContent(pickle), expected: TorchNames.all)
        return TorchContent(root: try reader.read(valueLimit: valueLimit), file: file) { storage in
            guard let entry = entries["\(folder)data/\(storage.key)"] else { return nil }
            guard entry.range.count == storage.byteCount else {
                throw malformed(
                    "storage \(storage.key) claims \(storage.byteCount) bytes, it has \(entry.range.count)")
            }
            return entry.range.lowerBound
        }
    }
}
