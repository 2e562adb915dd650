import Compute
import Foundation

extension SafeTensors {
    /// The metadata's member that holds the checksum of all else.
    private static let sealKey = "checksum"

    /// Writes a file that tells its own damage: its metadata has a checksum of all else that is in it.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func writeSealed(
        _ tensors: [Output], metadata: [String: String], to file: URL
    ) throws {
        precondition(metadata[sealKey] == nil, "the checksum is not given")
        var seal = Checksum()
        add(metadata, to: &seal)
        for tensor in tensors {
            tensor.values.withUnsafeBytes {
                add(tensor.name, ElementType.float32.rawValue, tensor.shape, $0, to: &seal)
            }
        }
        var metadata = metadata
        metadata[sealKey] = seal.text
        try write(tensors, metadata: metadata, to: file)
    }

    /// Whether what was read of a file is what `writeSealed` wrote; nil for a file without a checksum.
    package static func isIntact(_ tensors: [StoredTensor], metadata: [String: String]) -> Bool? {
        guard let stored = metadata[sealKey] else { return nil }
        var seal = Checksum()
        var rest = metadata
        rest[sealKey] = nil
        add(rest, to: &seal)
        for tensor in tensors {
            add(tensor.name, tensor.elementType.rawValue, tensor.shape, tensor.bytes, to: &seal)
        }
        return seal.text == stored
    }

    private static func add(_ metadata: [String: String], to seal: inout Checksum) {
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            seal.add(key)
            seal.add(value)
        }
    }

    private static func add(
        _ name: String, _ type: String, _ shape: [Int], _ bytes: UnsafeRawBufferPointer,
        to seal: inout Checksum
    ) {
        seal.add(name)
        seal.add("\(type) \(shape)")
        seal.add(bytes)
    }
}
