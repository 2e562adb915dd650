import Compute
import Foundation
import Synchronization

/// Cosines and sines of every position's rotary angles, made for as many positions as were ever asked for.
final class RotaryTable: Sendable {
    /// Both [positions, rotated / 2].
    struct Angles: Sendable {
        let cosines: Matrix
        let sines: Matrix
    }

    let rotated: Int
    let pairing: RotaryShape.Pairing
    private let frequencies: [Float]
    private let contextLength: Int
    private let made = Mutex<Angles?>(nil)

    init(_ rotary: TransformerConfiguration.Rotary, contextLength: Int) {
        rotated = rotary.rotated
        pairing = rotary.pairing
        frequencies = rotary.frequencies
        self.contextLength = contextLength
    }

    /// A table of at least `count` positions.
    func angles(positions count: Int, on backend: any ComputeBackend) throws -> Angles {
        try made.withLock { made in
            if let made, made.cosines.rows >= count { return made }
            let rows = min(max(count, 2 * (made?.cosines.rows ?? 256)), max(count, contextLength))
            let table = try make(rows: rows, on: backend)
            made = table
            return table
        }
    }

    private func make(rows: Int, on backend: any ComputeBackend) throws -> Angles {
        var cosines: [Float] = []
        var sines: [Float] = []
        for position in 0..<rows {
            for frequency in frequencies {
                let angle = Float(position) * frequency
                cosines.append(cos(angle))
                sines.append(sin(angle))
            }
        }
        let angles = Angles(
            cosines: try backend.makeMatrix(rows: rows, columns: frequencies.count),
            sines: try backend.makeMatrix(rows: rows, columns: frequencies.count))
        backend.write(cosines, into: angles.cosines)
        backend.write(sines, into: angles.sines)
        return angles
    }
}
