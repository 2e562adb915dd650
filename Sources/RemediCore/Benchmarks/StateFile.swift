import Foundation
import LanguageModels

/// Hidden states of many samples on disk while a run needs them: far more than memory should hold.
///
/// Letters: S slots (which state of a sample), N samples, D hidden size.  The file is [S, N, D] in float32, so
/// that a batch of samples is written and all samples of a slot are read in long pieces.
final class StateFile {
    /// What the names of such files end with.
    static let suffix = ".states"

    let url: URL
    /// Whether there was no such file before, or one of another size: it holds nothing yet.
    let isNew: Bool
    private let handle: FileHandle
    private let samples: Int
    private let hiddenSize: Int
    private let slots: Int

    /// Opens the file, or makes it.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    init(_ url: URL, slots: Int, samples: Int, hiddenSize: Int) throws {
        self.url = url
        self.slots = slots
        self.samples = samples
        self.hiddenSize = hiddenSize
        try AtomicFile.makeFolder(url.deletingLastPathComponent())
        if !FileManager.default.fileExists(atPath: url.path) {
            _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        }
        let size = UInt64(slots * samples * hiddenSize * 4)
        do {
            handle = try FileHandle(forUpdating: url)
            isNew = try handle.seekToEnd() != size
            try handle.truncate(atOffset: size)
        } catch {
            throw LanguageModelError.unwritable(path: url.path, reason: error.localizedDescription)
        }
    }

    private func offset(_ slot: Int, _ sample: Int) -> UInt64 {
        UInt64((slot * samples + sample) * hiddenSize * 4)
    }

    /// Writes the states of consecutive `samples`, [S, samples, D], and flushes them to disk.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    func write(_ values: [Float], of samples: Range<Int>) throws {
        let size = samples.count * hiddenSize
        precondition(values.count == slots * size && samples.upperBound <= self.samples)
        do {
            try values.withUnsafeBytes { bytes in
                for slot in 0..<slots {
                    try handle.seek(toOffset: offset(slot, samples.lowerBound))
                    try handle.write(contentsOf: Data(bytes[slot * size * 4..<(slot + 1) * size * 4]))
                }
            }
            try handle.synchronize()
        } catch {
            throw LanguageModelError.unwritable(path: url.path, reason: error.localizedDescription)
        }
    }

    /// The states of all samples in one slot, [N, D].
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    func states(_ slot: Int) throws -> [Float] { try states(slot, of: 0..<samples) }

    /// Those of some samples, in their order, [samples, D].
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    func states(_ slot: Int, of wanted: some Sequence<Int>) throws -> [Float] {
        var result: [Float] = []
        var run: Range<Int>?
        for sample in wanted {
            if let known = run, known.upperBound == sample {
                run = known.lowerBound..<sample + 1
            } else {
                if let run { result += try states(slot, of: run) }
                run = sample..<sample + 1
            }
        }
        if let run { result += try states(slot, of: run) }
        return result
    }

    private func states(_ slot: Int, of samples: Range<Int>) throws -> [Float] {
        precondition((0..<slots).contains(slot) && samples.upperBound <= self.samples)
        let count = samples.count * hiddenSize
        let data: Data
        do {
            try handle.seek(toOffset: offset(slot, samples.lowerBound))
            data = try handle.read(upToCount: count * 4) ?? Data()
        } catch {
            throw LanguageModelError.unreadable(path: url.path, reason: error.localizedDescription)
        }
        guard data.count == count * 4 else {
            throw LanguageModelError.unreadable(path: url.path, reason: "the file is too short")
        }
        return [Float](unsafeUninitializedCapacity: count) { values, initialized in
            data.copyBytes(to: UnsafeMutableRawBufferPointer(values))
            initialized = count
        }
    }

    /// Removes the file: nobody needs the states any more.
    func remove() {
        try? handle.close()
        try? FileManager.default.removeItem(at: url)
    }
}

extension StateFile {
    /// Removes what runs left in `folder` that were killed before they could: states, and the journals that
    /// say how far they came.
    ///
    /// - Parameter places: what the names of files start with.
    /// - Throws: `RemediError.unwritable`.
    static func removeLeftovers(of places: [String], in folder: URL) throws {
        for place in places {
            for suffix in [suffix, "_people" + suffix, "_titles" + suffix, CaseJournal.suffix] {
                let file = folder.appendingPathComponent(place + suffix)
                guard FileManager.default.fileExists(atPath: file.path) else { continue }
                do {
                    try FileManager.default.removeItem(at: file)
                } catch {
                    throw RemediError.unwritable(path: file.path, reason: error.localizedDescription)
                }
            }
        }
    }
}
