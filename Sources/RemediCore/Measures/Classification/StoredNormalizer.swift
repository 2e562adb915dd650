import Foundation
import LanguageModels

/// Statistics with which a probe judges a single fact: how states and directions are spread over the training split,
/// and what its scores mean there.  Kept beside the editor as `normalizer.safetensors`.
///
/// Letters: L blocks, D hidden size, Q quantiles.
package struct StoredNormalizer: Sendable {
    static let fileName = "normalizer.safetensors"
    private static let formatName = "remedi normalizer 2"
    /// That of versions that wrote no checksum.
    private static let formerFormatName = "remedi normalizer 1"

    package let file: URL
    /// SHA-256 of the file.
    package let fileHash: String
    /// How many samples it was made of.
    package let sampleCount: Int
    /// The data set that they are from.
    package let dataset: String
    private let spreads: [String: [DimensionStatistics]]
    private let calibrations: [FactTask: [ProbeCalibration]]

    /// Of directions for attributes as given, for those with the targets exchanged, and for both together.
    var mediated: DimensionStatistics { spreads["d_mediated"]![0] }
    var unmediated: DimensionStatistics { spreads["d_unmediated"]![0] }
    var directions: DimensionStatistics { spreads["d"]![0] }

    /// Of the entity's states after `block`.
    func entity(_ task: FactTask, block: Int) -> DimensionStatistics { spreads[task.tensorName]![block] }

    func calibration(_ task: FactTask, block: Int) -> ProbeCalibration { calibrations[task]![block] }

    static func file(of probe: Probe) -> URL {
        Editor.folder(type: probe.type, block: probe.block, directory: probe.directory)
            .appendingPathComponent(fileName)
    }
}

extension FactTask {
    fileprivate var tensorName: String { "h_\(rawValue)" }
}

// MARK: - Files

extension StoredNormalizer {
    /// Fitted statistics, ready to be written.
    struct Content {
        /// For every block.
        var entities: [FactTask: [DimensionStatistics]] = [:]
        var calibrations: [FactTask: [ProbeCalibration]] = [:]
        var mediated: DimensionStatistics
        var unmediated: DimensionStatistics
        var directions: DimensionStatistics
    }

    /// Reads what is kept with the probe's editor, and refuses what was made for another editor or model.
    ///
    /// - Throws: `RemediError.normalizerMissing`, `.normalizerDamaged`, `.normalizerMismatch`;
    ///   `LanguageModelError`.
    package init(for probe: Probe) throws {
        file = Self.file(of: probe)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw RemediError.normalizerMissing(path: file.path)
        }
        fileHash = try SHA256.hash(file: file)
        let (tensors, metadata) = try Self.content(of: file)
        let path = file.path
        var identity = try Self.identity(of: probe)
        identity["format"] = nil
        for (key, expected) in identity.sorted(by: { $0.key < $1.key }) {
            let isMeant = key == "model" && metadata[key].map(probe.model.isMeant) ?? false
            guard isMeant || metadata[key] == expected else {
                throw RemediError.normalizerMismatch(
                    path: path, what: key.replacingExactly("_", with: " "), expected: expected,
                    found: metadata[key] ?? "not said")
            }
        }
        guard let count = metadata["samples"].flatMap(Int.init), let dataset = metadata["dataset"] else {
            throw LanguageModelError.malformed(path: path, reason: "the metadata lacks samples or dataset")
        }
        sampleCount = count
        self.dataset = dataset
        let stored = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        func rows(_ name: String, _ shape: [Int]) throws -> [[Double]] {
            guard let tensor = stored[name] else {
                throw LanguageModelError.tensorMissing(name: name, path: path)
            }
            guard tensor.shape == shape else {
                throw LanguageModelError.tensorShape(name: name, expected: shape, found: tensor.shape)
            }
            let values = try tensor.finiteFloats().map(Double.init)
            return (0..<shape[0]).map { Array(values[$0 * shape[1]..<($0 + 1) * shape[1]]) }
        }
        let size = probe.model.hiddenSize
        let blocks = probe.model.blocks
        var spreads: [String: [DimensionStatistics]] = [:]
        let tasks = FactTask.allCases.map { ($0.tensorName, blocks) }
        for (name, count) in tasks + [("d_mediated", 1), ("d_unmediated", 1), ("d", 1)] {
            spreads[name] = zip(
                try rows(name + ".mean", [count, size]), try rows(name + ".std", [count, size])
            ).map(DimensionStatistics.init(means:deviations:))
        }
        self.spreads = spreads
        var calibrations: [FactTask: [ProbeCalibration]] = [:]
        for task in FactTask.allCases {
            let quantiles = ProbeCalibration.quantileCount
            let believed = try rows("\(task.rawValue).believed", [blocks, quantiles])
            let others = try rows("\(task.rawValue).not_believed", [blocks, quantiles])
            let figures = try rows("\(task.rawValue).threshold", [blocks, 3])
            calibrations[task] = (0..<blocks).map {
                ProbeCalibration(
                    believed: believed[$0], notBelieved: others[$0], threshold: figures[$0][0],
                    balancedAccuracy: figures[$0][1], pairAccuracy: figures[$0][2])
            }
        }
        self.calibrations = calibrations
    }

    /// The content of the file, if it is intact.
    private static func content(
        of file: URL
    ) throws -> (tensors: [StoredTensor], metadata: [String: String]) {
        let content: (tensors: [StoredTensor], metadata: [String: String])
        do {
            content = try SafeTensors.read(file)
        } catch LanguageModelError.malformed {
            throw RemediError.normalizerDamaged(path: file.path)
        }
        let isIntact = SafeTensors.isIntact(content.tensors, metadata: content.metadata)
        let format = content.metadata["format"]
        guard format == formatName ? isIntact == true : format == formerFormatName && isIntact == nil else {
            throw RemediError.normalizerDamaged(path: file.path)
        }
        return content
    }

    /// Writes `content` beside the probe's editor, whole or not at all.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    static func write(_ content: Content, for probe: Probe, dataset: Dataset, samples: Int) throws {
        var metadata = try identity(of: probe)
        metadata["dataset"] = dataset.name.rawValue
        metadata["data"] = dataset.identity
        metadata["split"] = Split.training.description
        metadata["samples"] = String(samples)
        metadata["version"] = RemediVersion.current
        var outputs: [SafeTensors.Output] = []
        func add(_ name: String, _ rows: [[Double]]) {
            outputs.append(
                .init(
                    name: name, shape: [rows.count, rows[0].count], values: rows.joined().map { Float($0) }))
        }
        func add(_ name: String, _ spreads: [DimensionStatistics]) {
            add(name + ".mean", spreads.map(\.means))
            add(name + ".std", spreads.map(\.deviations))
        }
        for task in FactTask.allCases {
            add(task.tensorName, content.entities[task]!)
            let calibrations = content.calibrations[task]!
            add("\(task.rawValue).believed", calibrations.map(\.believed))
            add("\(task.rawValue).not_believed", calibrations.map(\.notBelieved))
            add(
                "\(task.rawValue).threshold",
                calibrations.map { [$0.threshold, $0.balancedAccuracy, $0.pairAccuracy] })
        }
        add("d_mediated", [content.mediated])
        add("d_unmediated", [content.unmediated])
        add("d", [content.directions])
        try SafeTensors.writeSealed(outputs, metadata: metadata, to: file(of: probe))
    }

    /// Metadata that ties a normalizer to its editor and model.
    private static func identity(of probe: Probe) throws -> [String: String] {
        var identity = [
            "format": formatName, "type": probe.type.rawValue, "layer": String(probe.block),
            "model": probe.model.fingerprint, "editor": "none",
            "weights": probe.model.elementType?.rawValue ?? "as stored",
        ]
        for (key, value) in probe.tokens.inputs.members { identity[key] = value.text() }
        if let file = probe.file { identity["editor"] = try StoredEditor.hash(file, for: probe.model) }
        return identity
    }
}
