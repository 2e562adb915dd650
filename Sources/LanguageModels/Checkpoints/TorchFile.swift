import Compute
import Foundation

/// torch's zip-and-pickle and legacy formats, read without ever executing anything.
package enum TorchFile {
    /// The tensors of F32, F16 and BF16 of a state dict, in its order.
    package static func read(_ file: URL) throws -> [StoredTensor] {
        try records(of: file).compactMap(\.stored)
    }

    static func records(of file: URL) throws -> [TensorRecord] {
        throw LanguageModelError.unreadable(path: file.path, reason: "torch files are not read yet")
    }
}
