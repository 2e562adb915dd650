import Foundation
import LanguageModels

/// The samples of a data set in file order, and what was left out.
package struct Dataset: Sendable {
    package var name: DatasetName
    package private(set) var samples: [Sample]
    /// Dropped records by reason, in order of first appearance.
    package private(set) var dropped: [(reason: String, ids: [String])]
    /// How many records were read: cases, rows, people.  McRae's rows and its samples have no common number.
    package internal(set) var recordCount = 0
    /// How many records are read at most; nil: all.
    package internal(set) var recordLimit: Int?
    /// SHA-256 of the file, hexadecimal.
    package var fileHash: String
    /// By which rules samples were made of McRae's raw norms; nil if they were read as they are.
    var norms: McRae.Options?
    /// How many places are for training; nil: as many as usual.  A small data set says it in a file beside it.
    package internal(set) var trainingPlaces: Int?
    /// Each sample's place among the samples that the reference makes of the file.  It keeps samples
    /// that ours drops for what they lack; splits are cut by these places, so both cut alike.
    package private(set) var places: [Int]
    /// Samples that cannot be used, and their places.
    private var incomplete: [(place: Int, sample: Sample)] = []

    /// Tells other samples apart, for manifests: the file's hash, and how samples were made of it if not in the
    /// usual way.
    package var identity: String {
        let norms = norms ?? McRae.Options()
        let rules = [
            trainingPlaces.map { "\($0) for training" },
            norms.drawsContextFeature ? "any unrelated" : nil, norms.roundsProbabilities ? "rounded" : nil,
            norms.articles == .wholeText ? "articles by whole texts" : nil,
        ]
        return ([fileHash] + rules.compactMap { $0 }).joined(separator: ", ")
    }

    /// How many places there are.
    package var placeCount: Int { samples.count + incomplete.count }

    package init(
        name: DatasetName, samples: [Sample], dropped: [(reason: String, ids: [String])] = [],
        fileHash: String
    ) {
        self.name = name
        self.samples = samples
        self.dropped = dropped
        self.fileHash = fileHash
        places = Array(samples.indices)
        recordCount = samples.count
    }

    /// Reads `file`, in the raw form or as sample objects (JSON Lines, objects without separators, or one
    /// array); CounterFact records may even be mixed.  Which form it has is told by its first byte.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError` if the file cannot be read.
    package static func load(
        _ name: DatasetName, file: URL, norms: McRae.Options = McRae.Options()
    ) throws -> Dataset {
        try GitPointer.refuse(MappedFile(file))
        var dataset = Dataset(name: name, samples: [], fileHash: try SHA256.hash(file: file))
        dataset.trainingPlaces = try SplitTable(beside: file).trainingPlaces(of: file)
        let first = try firstByte(of: file)
        guard try !name.form.reader(&dataset, file, first, norms) else { return dataset }
        try RecordReader(file: file).forEachRecord { record, number, text in
            try dataset.append(record, number: number, text: text, file: file)
            dataset.recordCount += 1
        }
        return dataset
    }

    /// The indices of `samples` that belong to `split`.  Use this rather than `Split.range(of:)` on the
    /// count of samples: dropped samples keep their places.
    package func indices(of split: Split) -> Range<Int> {
        let wanted = range(of: split)
        let lower = places.firstIndex { $0 >= wanted.lowerBound } ?? samples.count
        return lower..<(places[lower...].firstIndex { $0 >= wanted.upperBound } ?? samples.count)
    }

    /// The places of a split, cut at the data's end.
    package func range(of split: Split) -> Range<Int> {
        split.range(of: placeCount, boundary: trainingPlaces ?? Split.usualBoundary)
    }

    /// The places that a split asks for; nil: all.  Where the data set says itself how many are for training,
    /// a split asks for no more than there are.
    package func requested(_ split: Split) -> Range<Int>? {
        if trainingPlaces == nil { return split.requested }
        return split == .all ? nil : range(of: split)
    }

    /// Every sample in file order, also those that lack an attribute, or the entity in their prompt.
    package var all: [Sample] {
        var result = samples
        for (place, sample) in incomplete { result.insert(sample, at: place) }
        return result
    }

    package subscript(split: Split) -> ArraySlice<Sample> { samples[indices(of: split)] }

    /// Writes samples as JSON Lines: one object a line.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    package static func write(_ samples: some Sequence<Sample>, to file: URL) throws {
        try AtomicFile.write(to: file) { sink in
            for sample in samples { try sink.append(Data(sample.line.utf8)) }
        }
    }
}

extension Dataset {
    /// Reasons for dropping a sample that lacks something.
    package enum DropReason {
        package static let emptyAttribute = "empty attribute"
        package static let entityNotInPrompt = "entity not in the prompt"

    }

    /// Adds one sample, or drops it where nothing could be read from its attribute, or edited in its prompt.
    mutating func append(_ sample: Sample) {
        let lack =
            sample.attribute.allSatisfy(\.isWhitespace)
            ? DropReason.emptyAttribute : sample.namesEntityInPrompt ? nil : DropReason.entityNotInPrompt
        if let lack {
            incomplete.append((placeCount, sample))
            drop(id: sample.id, reason: lack)
        } else {
            places.append(placeCount)
            samples.append(sample)
        }
    }

    /// Notes a record that gives no sample.
    mutating func drop(id: String, reason: String) {
        if let index = dropped.firstIndex(where: { $0.reason == reason }) {
            dropped[index].ids.append(id)
        } else {
            dropped.append((reason, [id]))
        }
    }

    private mutating func append(_ record: JSONValue, number: Int, text: String, file: URL) throws {
        guard let object = record.object else {
            throw RemediError.malformedData(path: file.path, reason: "record \(number) is not an object")
        }
        do {
            if let sample = try name.form.recordForm(object, number, text) {
                append(sample)
            } else if object["entity"] != nil || object["prompt"] != nil {
                append(try Sample(object: object))
            } else {
                let reason =
                    name.form.recordForms.map {
                        "has none of the forms that are read: \($0) or a sample (entity, attribute, context, prompt)"
                    } ?? "is not a sample object"
                throw RemediError.malformedData(path: file.path, reason: "record \(number) \(reason)")
            }
        } catch RecordError.missing(let key) {
            let id = RecordError.identifier(object["case_id"] ?? object["id"]).map { " (id \($0))" } ?? ""
            throw RemediError.malformedData(
                path: file.path, reason: "record \(number)\(id): \(key) is missing or of the wrong kind")
        } catch RecordError.unusable(let id, let reason) {
            drop(id: id, reason: reason)
        }
    }

    /// The first byte that is neither white space nor part of a byte-order mark.
    private static func firstByte(of file: URL) throws -> UInt8? {
        let mapped = try MappedFile(file)
        return withExtendedLifetime(mapped) {
            mapped.bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        }
    }
}

extension UInt8? {
    /// Whether JSON objects or an array of them begin so.
    var isStartOfJSON: Bool { self == UInt8(ascii: "{") || self == UInt8(ascii: "[") }
}
