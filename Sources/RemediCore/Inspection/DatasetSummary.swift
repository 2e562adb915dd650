import LanguageModels

/// The content of a data set, in figures.
package struct DatasetSummary: Sendable {
    /// A split, the places that it asks for (nil: all) and how many samples it takes.
    package struct Part: Sendable {
        package let split: Split
        package let requested: Range<Int>?
        package let count: Int
    }

    package let parts: [Part]
    /// Of the samples that are looked at.
    package let ids: TextTally
    package let entities: TextTally
    package let attributes: TextTally
    package let targets: TextTally
    package let comparators: TextTally
    /// CounterFact's relations, where the records say them.
    package let relations: TextTally

    /// Counts all splits, and what is in the samples of `split`.
    package init(of dataset: Dataset, split: Split) {
        parts = [.training, .evaluation(small: true), .evaluation(small: false), .all].map {
            Part(split: $0, requested: dataset.requested($0), count: dataset[$0].count)
        }
        let samples = dataset[split]
        ids = TextTally(samples.lazy.map(\.id))
        entities = TextTally(samples.lazy.map(\.entity))
        attributes = TextTally(samples.lazy.map(\.attribute))
        targets = TextTally(samples.lazy.compactMap(\.targetMediated))
        comparators = TextTally(samples.lazy.compactMap(\.targetUnmediated))
        relations = TextTally(samples.lazy.compactMap(dataset.name.form.relation))
    }

    /// Samples whose id an earlier one has.
    package var repeatedIDs: Int { ids.total - ids.count }

    package var json: JSONObject {
        [
            "splits": .array(
                parts.map { part in
                    let range = part.requested
                    return [
                        "split": .string(part.split.description),
                        "places": range.map { [.integer($0.lowerBound), .integer($0.upperBound)] } ?? .null,
                        "samples": .integer(part.count),
                    ]
                }),
            "samples": .integer(ids.total), "repeated_ids": .integer(repeatedIDs),
            "entities": .integer(entities.count), "attributes": .integer(attributes.count),
            "targets": targets.json, "targets_unmediated": comparators.json, "relations": relations.json,
        ]
    }
}

extension Dataset {
    /// Records that were left out: reason, how many, and which.
    package var droppedJSON: JSONValue {
        .array(
            dropped.map { reason, ids in
                [
                    "reason": .string(reason), "count": .integer(ids.count),
                    "ids": .array(ids.map(JSONValue.string)),
                ]
            })
    }

    /// How many records were left out.
    package var droppedCount: Int { dropped.reduce(0) { $0 + $1.ids.count } }
}
