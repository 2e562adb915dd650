import Foundation
import LanguageModels

/// Hidden states of many samples on disk while a run needs them: far more than memory should hold.
///
/// Letters: S slots (which state of a sample), N samples, D hidden size.  The file is [S, N, D] in float32, so
/// that a batch of samples is written and all samples of a slot are read in long pieces.
final class StateFile {
    /// The ending of such files' names.
    static let suffix = ".states"

    let url: URL
    /// Whether there was no such file before, or one of another size: it holds nothing yet.
    let isNew: Bool
    private let handle: FileHandle
    private let samples: Int
    private let hiddenSize: Int
    let slots: Int

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

    /// Writes the states of `samples`, ascending, [S, samples, D], and flushes them to disk.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    func write(_ values: [Float], of samples: [Int]) throws {
        let size = samples.count * hiddenSize
        precondition(values.count == slots * size && samples.allSatisfy((0..<self.samples).contains))
        do {
            try values.withUnsafeBytes { bytes in
                for slot in 0..<slots {
                    for run in Self.runs(samples) {
                        let start = (slot * samples.count + run.lowerBound) * hiddenSize * 4
                        try handle.seek(toOffset: offset(slot, samples[run.lowerBound]))
                        try handle.write(
                            contentsOf: Data(bytes[start..<start + run.count * hiddenSize * 4]))
                    }
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
        let wanted = Array(wanted)
        return try Self.runs(wanted).flatMap { run in
            try states(slot, of: wanted[run.lowerBound]..<wanted[run.lowerBound] + run.count)
        }
    }

    /// The places at which numbers follow each other without a gap, piece by piece.
    private static func runs(_ samples: [Int]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for place in samples.indices {
            if let last = runs.last, samples[place] == samples[place - 1] + 1 {
                runs[runs.count - 1] = last.lowerBound..<place + 1
            } else {
                runs.append(place..<place + 1)
            }
        }
        return runs
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
    /// Reads the states of all samples that the file does not hold yet, `batchSize` samples at a time.  The
    /// journal keeps a checksum of each sample's: what does not match any more is read again.
    ///
    /// - Parameters:
    ///   - part: the samples' part of the journal.
    ///   - ids: what samples are called.
    ///   - compute: the states of some samples, [S, samples, D].
    /// - Throws: `RemediError.notFinite`, `.interrupted`; `LanguageModelError`; what `compute` throws.
    func read(
        part: String, of ids: (Int) -> String, in journal: CaseJournal, batchSize: Int, stage: String,
        progress: any ProgressReporter, _ compute: ([Int]) throws -> [Float]
    ) throws {
        var damaged = 0
        for sample in 0..<samples {
            guard let kept = journal.value(part, sample) else { continue }
            let states = try (0..<slots).flatMap { try self.states($0, of: [sample]) }
            if kept != .string(checksum(states, samples: 1)[0]) {
                journal.forget(part, sample)
                damaged += 1
            }
        }
        if damaged > 0 {
            progress.report(
                .warning(
                    "\(url.lastPathComponent): the states of \(damaged) samples do not match their checksums;"
                        + " they are read again"))
        }
        _ = try journal.map(
            Array(0..<samples), part: part, batchSize: batchSize, stage: stage, progress: progress
        ) { batch -> [JSONValue] in
            let values = try compute(batch)
            let spoiled = batch.indices.filter { !isFinite(values, sample: $0, of: batch.count) }
            if !spoiled.isEmpty { throw RemediError.notFinite(samples: spoiled.map { ids(batch[$0]) }) }
            try write(values, of: batch)
            return checksum(values, samples: batch.count).map { .string($0) }
        }
    }

    /// Whether all of a sample's states are finite, [S, samples, D].
    private func isFinite(_ values: [Float], sample: Int, of samples: Int) -> Bool {
        (0..<slots).allSatisfy { slot in
            let start = (slot * samples + sample) * hiddenSize
            // A sum is finite unless a value is not; in double precision it does not overflow.
            return values[start..<start + hiddenSize].reduce(0.0) { $0 + Double($1) }.isFinite
        }
    }

    /// One for each sample, over all of its slots.
    private func checksum(_ values: [Float], samples: Int) -> [String] {
        values.withUnsafeBytes { bytes in
            (0..<samples).map { sample in
                var sum = Checksum()
                for slot in 0..<slots {
                    let start = (slot * samples + sample) * hiddenSize * 4
                    sum.add(UnsafeRawBufferPointer(rebasing: bytes[start..<start + hiddenSize * 4]))
                }
                return sum.text
            }
        }
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
