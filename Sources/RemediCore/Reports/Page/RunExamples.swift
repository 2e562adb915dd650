import Foundation
import LanguageModels

/// The same samples under several conditions, side by side.
struct RunExamples {
    /// One condition's answer to one sample.
    struct Answer {
        var place: ResultPlace
        var sample: JSONValue
    }

    struct Example {
        var id: String
        var answers: [Answer]
    }

    /// Examples chosen for one reason.
    struct Group {
        var reason: String
        var examples: [Example]
    }

    /// The examples of one measure.
    struct Exhibit {
        var benchmark: String
        var form: ExampleForm
        var setting: String?
        var groups: [Group]
    }

    let shown: ShownResults
    /// How many of each group.
    var count = 3

    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    func all() throws -> [Exhibit] {
        try Measures.all.flatMap { measure -> [Exhibit] in
            guard let form = measure.examples else { return [] }
            return try shown.settings(of: measure.name).compactMap { setting in
                let groups = try groups(measure.name, setting, form.metric)
                return groups.isEmpty
                    ? nil : Exhibit(benchmark: measure.name, form: form, setting: setting, groups: groups)
            }
        }
    }

    /// The first samples, and those that the edit changes most, either way.
    private func groups(_ benchmark: String, _ setting: String?, _ metric: String) throws -> [Group] {
        let results = shown.results(of: benchmark, setting: setting)
        guard let last = results.last else { return [] }
        let reader = SampleReader(benchmark: benchmark)
        let contents = try results.map { result in
            let samples = try result.samples()
            return (
                place: result.place,
                samples: Dictionary(zip(SampleReader.keys(of: samples), samples)) { first, _ in first }
            )
        }
        let samples = try last.samples()
        let keys = SampleReader.keys(of: samples)
        let base = results.first { !$0.place.isEdited && results.count > 1 }
        var changes = Self.means(reader.values(of: metric, in: samples))
        let isOfChange = Measures.form(of: metric, in: benchmark).isChange
        if let base, !isOfChange {
            let before = Self.means(reader.values(of: metric, in: try base.samples()))
            changes = changes.filter { before[$0.key] != nil }
            for (key, value) in changes { changes[key] = value - before[key]! }
        }
        let name = ShownResults.name(of: last.place)
        let isChange = base != nil || isOfChange
        return Self.chosen(keys, changes, count: count, edit: isChange ? name : nil).map { reason, keys in
            let examples = keys.map { key in
                Example(
                    id: key,
                    answers: contents.compactMap { place, samples in
                        samples[key].map { Answer(place: place, sample: $0) }
                    })
            }
            return Group(reason: reason, examples: examples)
        }
    }

    private static func means(_ values: [SampleValue]) -> [String: Double] {
        Dictionary(values.map { ($0.key, $0.mean) }) { first, _ in first }
    }

    /// The first samples; if it is an `edit` that changes values, also those it changes most.
    private static func chosen(
        _ keys: [String], _ changes: [String: Double], count: Int, edit: String?
    ) -> [(reason: String, keys: [String])] {
        var groups = [("The first samples", Array(keys.prefix(count)))]
        let rest = keys.dropFirst(count).filter { changes[$0] != nil }
        func picked(_ sign: Double) -> [String] {
            let ordered = rest.enumerated().filter { sign * changes[$1]! > 0 }.sorted {
                (sign * changes[$0.1]!, -$0.0) > (sign * changes[$1.1]!, -$1.0)
            }
            return ordered.prefix(count).map(\.1)
        }
        if let edit {
            groups.append(("Where \(edit) changes most for the better", picked(1)))
            groups.append(("Where \(edit) changes most for the worse", picked(-1)))
        }
        return groups.filter { !$0.1.isEmpty }
    }
}
