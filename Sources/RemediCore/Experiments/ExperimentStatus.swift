import Foundation
import LanguageModels

/// How far the experiment in a results folder has come, by the files alone.
package struct ExperimentStatus: Sendable, Equatable {
    package enum Progression: Sendable, Equatable {
        /// Nothing is there.
        case absent
        /// Something is there, and nobody works on it.
        case unfinished
        /// A process works on it.
        case running(owner: String)
        case finished
    }

    package var state: Progression
    /// Complete results: `linear/8`, `linear/8/efficacy`.
    package var done: [String] = []
    /// Results that were begun, and how far they came: `linear/9: epoch 3`, `prefix/efficacy: 320 cases`.
    package var begun: [String] = []
    /// Results that are neither complete nor begun, as far as they are known.
    package var missing: [String] = []
    /// The jobs that were submitted for it, oldest first.
    package var jobs: [SubmittedJobs.Entry] = []
    /// Whether more jobs were submitted, of which a damaged file tells no more.
    package var lacksJobs = false

    /// - Parameter expected: what the experiment makes, if that is known; see `Experiment.expected`.
    /// - Throws: `PlaceError.unreadable`; `LanguageModelError`, `RemediError` for damaged files.
    package init(folder: URL, expected: [String] = []) throws {
        state = .absent
        missing = expected
        guard Workplace.isFolder(folder) else { return }
        let submitted = try SubmittedJobs(folder: folder)
        jobs = submitted.entries
        lacksJobs = submitted.isDamaged
        let names: [String]
        do {
            names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        } catch {
            throw PlaceError.unreadable(path: folder.path, reason: error.localizedDescription)
        }
        for name in names.sorted(by: Self.precedes) { try add(name, in: folder) }
        missing.removeAll { name in done.contains(name) || begun.contains { $0.hasPrefix(name + ":") } }
        // Who trains holds the editor's folder, who evaluates the experiment's.
        let locked = names.filter { ($0 as NSString).lastPathComponent == FolderLock.fileName }
        let owners = locked.compactMap {
            FolderLock.owner(of: folder.appendingPathComponent($0).deletingLastPathComponent())
        }
        if let owner = owners.first {
            state = .running(owner: owner)
        } else if begun.isEmpty, ResultsFolder.isRecordedAsFinished(folder) {
            state = .finished
        } else if !(done.isEmpty && begun.isEmpty) {
            state = .unfinished
        }
    }

    private mutating func add(_ name: String, in folder: URL) throws {
        let file = folder.appendingPathComponent(name)
        let parent = (name as NSString).deletingLastPathComponent
        switch file.lastPathComponent {
        case "checkpoint.safetensors":
            let epoch = try TrainingCheckpoint.epoch(in: file.deletingLastPathComponent())
            begun.append("\(parent): epoch \(epoch)")
        case "manifest.json":
            let place = file.deletingLastPathComponent()
            if try TrainingManifest.result(in: place) != nil {
                done.append(parent)
            } else {
                done += try EvaluationManifest.finished(in: place).map {
                    parent.isEmpty ? $0 : "\(parent)/\($0)"
                }
            }
        case let last where last.hasSuffix(CaseJournal.suffix):
            let cases = try CaseJournal.count(in: file)
            begun.append("\(name.dropLast(CaseJournal.suffix.count)): \(cases) cases")
        default: break
        }
    }

    /// Digits by their value, so that layer 10 comes after layer 9.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        a.compare(b, options: [.numeric]) == .orderedAscending
    }
}
