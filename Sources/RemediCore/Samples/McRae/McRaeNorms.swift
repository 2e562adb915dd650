import Foundation
import LanguageModels

/// The McRae norms: which features people name of which concepts, and how often.  Concepts and features go
/// by numbers, in order of first appearance.
struct McRaeNorms {
    /// So many people were asked about each concept.
    private static let people = 30.0
    /// A concept may have so many features; honest ones have a few dozen.
    private static let featureLimit = 1_000
    /// So many pairs of features of one concept may there be; the real file has 100,000.
    private static let pairLimit = 20_000_000

    struct Concept {
        let text: String
        /// Without what stands in parentheses.
        let entity: String
        /// Its features in order of first appearance.
        fileprivate(set) var features: [(feature: Int, probability: Double)] = []
    }

    /// One row of the table: who named `feature` of `concept`.
    private struct Row {
        let concept: Int
        let probability: Double
    }

    private(set) var concepts: [Concept] = []
    private(set) var features: [McRaeFeature] = []
    private(set) var rowCount = 0
    /// Rows with an unwanted feature.
    private(set) var unwanted: [String] = []
    /// The rows of each feature, in file order.
    private var rows: [[Row]] = []
    private var conceptNumbers: [ExactString: Int] = [:]
    private var featureNumbers: [ExactString: Int] = [:]

    /// Reads the table `CONCS_FEATS_concstats_brm.txt`; of its columns, three.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError` if the file cannot be read.
    init(file: URL) throws {
        let table = TabSeparatedTable(file: file)
        try table.forEachRow(of: ["Concept", "Feature", "Prod_Freq"]) { fields, line in
            guard let count = Self.count(fields[2].trimmingSpace()) else {
                throw table.malformed("line \(line): Prod_Freq '\(fields[2])' is not a count")
            }
            let concept = Concept(text: fields[0].replacingExactly("_", with: " "))
            let feature = Self.featureText(fields[1])
            guard !concept.entity.isEmpty else { throw table.malformed("line \(line): no name of a concept") }
            guard !feature.isEmpty else { throw table.malformed("line \(line): no feature") }
            rowCount += 1
            if McRaeFeature.isUnwanted(feature) {
                unwanted.append("\(fields[0])/\(fields[1])")
            } else {
                let number = add(concept, feature, probability: Double(count) / Self.people)
                guard concepts[number].features.count <= Self.featureLimit else {
                    throw table.malformed(
                        "line \(line): the concept '\(concept.text)' has more than \(Self.featureLimit) features"
                    )
                }
            }
        }
        let pairs = rows.joined().reduce(0) { $0 + concepts[$1.concept].features.count }
        guard pairs <= Self.pairLimit else {
            throw table.malformed("its concepts have \(pairs) pairs of features")
        }
    }

    /// A count as a whole number, or as spreadsheets write one: "22.0".
    private static func count(_ text: String) -> Int? {
        guard let first = text.utf8.first, (0x30...0x39).contains(first) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.dropFirst().allSatisfy({ $0.utf8.allSatisfy { $0 == 0x30 } }) else { return nil }
        return Int(parts[0])
    }

    private static func featureText(_ field: String) -> String {
        field.replacingExactly("inbeh_-_", with: "").replacingExactly("beh_-_", with: "")
            .replacingExactly("_", with: " ")
    }

    /// Adds a row; returns the concept's number.
    private mutating func add(_ concept: Concept, _ feature: String, probability: Double) -> Int {
        let number = conceptNumbers[ExactString(concept.text)] ?? concepts.count
        if number == concepts.count {
            concepts.append(concept)
            conceptNumbers[ExactString(concept.text)] = number
        }
        let featureNumber = featureNumbers[ExactString(feature)] ?? features.count
        if featureNumber == features.count {
            features.append(McRaeFeature(feature))
            featureNumbers[ExactString(feature)] = featureNumber
            rows.append([])
        }
        rows[featureNumber].append(Row(concept: number, probability: probability))
        // Of a pair that occurs twice the later probability counts.
        if let place = concepts[number].features.firstIndex(where: { $0.feature == featureNumber }) {
            concepts[number].features[place].probability = probability
        } else {
            concepts[number].features.append((featureNumber, probability))
        }
        return number
    }

    /// The concepts that have `feature`.
    func concepts(with feature: Int) -> [Int] { rows[feature].map(\.concept) }

    /// For each feature f the others g with co(f, g) > 0, by number: the mean over the rows of f of
    /// p(f | concept) · p(g | concept).
    func coOccurrences() -> [[(feature: Int, probability: Double)]] {
        var sums = [Double](repeating: 0, count: features.count)
        return features.indices.map { feature in
            var met: Set<Int> = []
            for row in rows[feature] {
                for other in concepts[row.concept].features where other.feature != feature {
                    met.insert(other.feature)
                    sums[other.feature] += row.probability * other.probability
                }
            }
            let count = Double(rows[feature].count)
            return met.sorted().compactMap { other in
                defer { sums[other] = 0 }
                return sums[other] > 0 ? (other, sums[other] / count) : nil
            }
        }
    }
}

extension McRaeNorms.Concept {
    init(text: String) {
        self.text = text
        entity = String(text.unicodeScalars.prefix { $0 != "(" }).trimmingSpace()
    }
}
