import Compute
import Foundation

extension TorchFile {
    /// Writes a state dict of tensors of `type` as `torch.save` does: an `OrderedDict` that `torch.load` reads
    /// with `weights_only=True`.  Values are rounded to the type.
    ///
    /// Deterministic: the same input gives the same bytes.  Tensors stay in order.
    ///
    /// - Throws: `LanguageModelError.unwritable`, also for a tensor of 4 GiB.
    package static func write(
        _ tensors: [SafeTensors.Output], as type: ElementType = .float32, to file: URL
    ) throws {
        var pickle = TorchPickle()
        pickle.orderedDictionary { pickle in
            for (index, tensor) in tensors.enumerated() {
                precondition(
                    TensorRecord.elementCount(tensor.shape) == tensor.values.count,
                    "a shape covers its values")
                pickle.text(tensor.name)
                pickle.tensor(tensor.shape, type: type, storage: index, count: tensor.values.count)
            }
        }
        try write(pickle, to: file) { storages in
            for tensor in tensors { try storages.append(tensor.values, as: type) }
        }
    }

    /// Writes what `pickle` describes; `body` appends the storages' elements in the order of their numbers,
    /// from 0 on.  They are never held together, so a file may be larger than the memory.
    ///
    /// - Throws: `LanguageModelError.unwritable`; what `body` throws.
    package static func write(
        _ pickle: TorchPickle, to file: URL, _ body: (TorchStorageAppender) throws -> Void
    ) throws {
        try AtomicFile.write(to: file) { sink in
            let storages = TorchStorageAppender(sink.shared())
            try storages.begin(pickle)
            try body(storages)
            try storages.finish()
        }
    }
}

/// Takes the storages of a torch file, one after the other.
package final class TorchStorageAppender {
    private let sink: AtomicFileSink
    private var archive = ZipWriter()
    private var count = 0

    fileprivate init(_ sink: consuming AtomicFileSink) { self.sink = sink }

    /// Appends a storage of `type`, to which the values are rounded.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package func append(_ values: [Float], as type: ElementType = .float32) throws {
        switch type {
        case .float32: try append(elements: values)
        case .float16: try append(elements: values.map { HalfPrecision.float16($0).littleEndian })
        case .bfloat16: try append(elements: values.map { HalfPrecision.bfloat16($0).littleEndian })
        }
    }

    private func append<Element>(elements: [Element]) throws {
        try elements.withUnsafeBytes { try archive.append("archive/data/\(count)", $0, to: sink) }
        count += 1
    }

    fileprivate func begin(_ pickle: TorchPickle) throws {
        try archive.append("archive/data.pkl", pickle.data, to: sink)
        try archive.append("archive/byteorder", Data("little".utf8), to: sink)
    }

    fileprivate func finish() throws {
        try archive.append("archive/version", Data("3\n".utf8), to: sink)
        try archive.finish(to: sink)
    }
}
