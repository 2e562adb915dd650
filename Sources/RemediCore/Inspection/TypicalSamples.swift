import LanguageModels

/// Samples that show what is typical, chosen by a rule that does not look at how they come out: the first of each
/// of several relations, or where samples have none, some at equal distances.
package struct TypicalSamples: Sendable {
    package let samples: [Sample]
    /// `the first evaluated case of each of 3 relations`
    package let rule: String

    package init(among samples: [Sample], count: Int) {
        precondition(count >= 0)
        let first = Self.firstOfRelations(samples, count)
        if first.count == count {
            self.samples = first
            rule =
                count == 1
                ? "the first evaluated case" : "the first evaluated case of each of \(count) relations"
            return
        }
        let count = min(count, samples.count)
        self.samples = (0..<count).map { samples[$0 * samples.count / count] }
        rule = "\(count) of \(samples.count) evaluated cases, at equal distances"
    }

    private static func firstOfRelations(_ samples: [Sample], _ count: Int) -> [Sample] {
        var relations: [String] = []
        var found: [Sample] = []
        for sample in samples where found.count < count {
            guard let relation = sample.source?["requested_rewrite"]?["relation_id"]?.string,
                !relations.contains(relation)
            else { continue }
            relations.append(relation)
            found.append(sample)
        }
        return found
    }
}
