import Compute
import Foundation
import LanguageModels

/// A control model: the shape and tokenizer of a checkpoint, with weights that its family would start
/// training from.
package struct RandomModel: Sendable {
    /// A checkpoint's folder, of which only `config.json` and the tokenizer are read.
    package let source: URL
    package var seed: UInt64 = 123_456
    package var elementType = ElementType.float32

    package init(source: URL) { self.source = source }

    /// Elements that share a stream of random numbers, and how many such pieces are drawn side by side.
    private static let pieceLength = 1 << 16
    private static let pieces = 64

    /// Draws the weights and makes the checkpoint.
    ///
    /// The same seed gives the same bytes, on any number of processor cores.
    /// - Parameter replaces: whether a checkpoint that is there already is replaced.
    /// - Throws: `ModelError.exists`, `.noRoom`, `LanguageModelError`, `RemediError.interrupted`.
    package func write(to folder: URL, replaces: Bool, progress: any ProgressReporter) throws {
        let file = source.appendingPathComponent("config.json")
        let configuration = try Checkpoint.object(of: file)
        let tensors = try ModelFamilies.initialTensors(
            ConfigurationReader(configuration, path: file.path))
        let outlines = tensors.map { tensor, _ in
            TensorOutline(
                name: tensor.name, typeName: elementType.rawValue, shape: tensor.shape,
                byteCount: tensor.shape.reduce(1, *) * elementType.byteCount)
        }
        let values = Dictionary(uniqueKeysWithValues: tensors.map { ($0.tensor.name, $0.values) })
        let output = try CheckpointFolder(folder, source: source, replaces: replaces)
        let writer = CheckpointWriter(outlines)
        progress.report(.startedTransfer(stage: "drawing weights", bytes: writer.byteCount))
        var done = 0
        try output.write(
            writer, configuration: CheckpointFolder.configuration(configuration, storedAs: elementType),
            progress: progress
        ) { outline, sink in
            guard let values = values[outline.name] else { preconditionFailure("every tensor is known") }
            try draw(outline, values) { bytes in
                try progress.abandonIfAsked()
                try sink(bytes)
                done += bytes.count
                progress.report(.advanced(done: done, note: nil))
            }
        }
        progress.report(.finished)
    }

    /// Draws a tensor, many pieces at a time.
    private func draw(
        _ outline: TensorOutline, _ values: InitialValues, _ sink: CheckpointWriter.Sink
    ) throws {
        let count = outline.shape.reduce(1, *)
        let window = min(count, Self.pieceLength * Self.pieces)
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: window)
        let encoded = UnsafeMutableRawBufferPointer.allocate(
            byteCount: window * elementType.byteCount, alignment: 16)
        defer {
            floats.deallocate()
            encoded.deallocate()
        }
        nonisolated(unsafe) let (shared, target) = (floats, encoded)
        for start in stride(from: 0, to: count, by: window) {
            let length = min(window, count - start)
            DispatchQueue.concurrentPerform(
                iterations: (length + Self.pieceLength - 1) / Self.pieceLength
            ) { piece in
                let range = piece * Self.pieceLength..<min(length, (piece + 1) * Self.pieceLength)
                let part = UnsafeMutableBufferPointer(rebasing: shared[range])
                fill(part, outline, values, from: start + range.lowerBound)
                encode(part, into: target.baseAddress! + range.lowerBound * elementType.byteCount)
            }
            try sink(UnsafeRawBufferPointer(rebasing: encoded[..<(length * elementType.byteCount)]))
        }
    }

    /// Fills one piece, whose first element is number `start` of the tensor.
    private func fill(
        _ part: UnsafeMutableBufferPointer<Float>, _ outline: TensorOutline, _ values: InitialValues,
        from start: Int
    ) {
        switch values {
        case .zeros: part.update(repeating: 0)
        case .ones: part.update(repeating: 1)
        case .normal(let deviation, let emptyRow):
            var stream = RandomStream(
                seed: seed, purpose: "random model", sample: "\(outline.name) \(start / Self.pieceLength)")
            // Box and Muller's method gives two numbers at a time.
            for index in stride(from: 0, to: part.count, by: 2) {
                let radius = deviation * (-2 * log(1 - stream.uniform())).squareRoot()
                let angle = 2 * Double.pi * stream.uniform()
                part[index] = Float(radius * cos(angle))
                if index + 1 < part.count { part[index + 1] = Float(radius * sin(angle)) }
            }
            if let emptyRow, let width = outline.shape.last {
                let row = emptyRow * width - start..<(emptyRow + 1) * width - start
                for index in row.clamped(to: 0..<part.count) { part[index] = 0 }
            }
        }
    }

    private func encode(_ part: UnsafeMutableBufferPointer<Float>, into target: UnsafeMutableRawPointer) {
        switch elementType {
        case .float32: target.copyMemory(from: part.baseAddress!, byteCount: part.count * 4)
        case .float16:
            let halves = target.assumingMemoryBound(to: UInt16.self)
            for index in 0..<part.count { halves[index] = HalfPrecision.float16(part[index]) }
        case .bfloat16:
            let halves = target.assumingMemoryBound(to: UInt16.self)
            for index in 0..<part.count { halves[index] = HalfPrecision.bfloat16(part[index]) }
        }
    }
}
