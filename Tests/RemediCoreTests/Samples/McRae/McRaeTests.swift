import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class McRaeTests: XCTestCase {
    private func reference() -> McRae.Options {
        var options = McRae.Options()
        options.drawsContextFeature = true
        options.roundsProbabilities = true
        return options
    }

    func testEverySampleAgreesWithTheOracle() throws {
        let file = FixtureFiles.shared("mcrae.txt")
        let dataset = try Dataset.load(.mcrae, file: file)
        try RawSamples("mcrae").check(dataset.samples)
        try RawSamples("mcrae-compat").check(Dataset.load(.mcrae, file: file, norms: reference()).samples)
        XCTAssertEqual(dataset.recordCount, 236)
        XCTAssertNil(dataset.recordLimit)
        XCTAssertEqual(dataset.dropped.map(\.reason), ["unwanted feature"])
        XCTAssertEqual(
            dataset.dropped[0].ids,
            [
                "beaver/killed_for_fur", "lion/king_of_the_jungle", "parrot/eg_-_Polly",
                "scissors/bought/sold_in_pairs",
            ])
    }

    func testTheReferencesRulesAreTold() throws {
        let file = FixtureFiles.shared("mcrae.txt")
        let usual = try Dataset.load(.mcrae, file: file)
        XCTAssertEqual(usual.identity, usual.fileHash)
        let followed = try Dataset.load(.mcrae, file: file, norms: McRae.Options(.reference))
        XCTAssertEqual(
            followed.identity, usual.fileHash + ", any unrelated, rounded, articles by whole texts")
        // One word is in the dictionary, several are not; otherwise the articles are the same.
        for sample in followed.samples {
            let article = sample.entity.contains(" ") ? "A" : IndefiniteArticle.of(sample.entity)
            XCTAssertTrue(sample.context.hasPrefix("\(article) \(sample.entity) "), sample.context)
        }
        // Samples that are read as they are have no rules.
        let samples = FixtureFiles.shared("counterfact-full.json")
        let cases = try Dataset.load(.counterfact, file: samples, norms: McRae.Options(.reference))
        XCTAssertEqual(cases.identity, cases.fileHash)
    }

    func testFeatures() {
        let cases: [(text: String, fluent: String, prompt: String, target: String)] = [
            ("a bird", "is a bird", "is a", "bird"),
            ("an animal", "is an animal", "is an", "animal"),
            ("ancient", "ancient", "", "ancient"),
            ("flies", "flies", "", "flies"),
            ("different colours", "has different colours", "has different", "colours"),
            ("found in kitchens", "is found in kitchens", "is found in", "kitchens"),
            ("found underground", "is found underground", "is", "found underground"),
            ("hunted by people", "is hunted by people", "is", "hunted by people"),
            ("worn on feet", "is worn on feet", "is", "worn on feet"),
            ("used when raining", "is used when raining", "is", "used when raining"),
            ("used for cutting", "is used for cutting", "is used for", "cutting"),
            ("uses electricity", "uses electricity", "uses", "electricity"),
            ("like a duck", "is like a duck", "is like a", "duck"),
            ("has an engine", "has an engine", "has an", "engine"),
            ("has wings", "has wings", "has", "wings"),
            ("is attached to a wall", "is attached to a wall", "is attached to", "a wall"),
            ("is a", "is a", "is", "a"),
            ("is", "is", "", "is"),
            ("a ", "is a ", "is a", ""),
            ("part of a whole", "is part of a whole", "is part of a", "whole"),
            ("requires a driver", "requires a driver", "requires a", "driver"),
            ("becomes a butterfly", "becomes a butterfly", "becomes a", "butterfly"),
        ]
        for (text, fluent, prompt, target) in cases {
            let feature = McRaeFeature(text)
            XCTAssertEqual(feature.fluent, fluent, text)
            XCTAssertEqual(feature.prompt, prompt, text)
            XCTAssertEqual(feature.target, target, text)
        }
    }

    private let header = "Concept\tFeature\tProd_Freq\n"

    func testCoOccurrences() throws {
        let file = try temporaryFile(
            header + "x\ta_b\t30\nx\thas c\t15\ny\ta_b\t6\ny\tbeh_-_flies\t10\nz\thas_c\t3\nz\tis_0\t0\n",
            name: "mcrae.txt")
        let norms = try McRaeNorms(file: file)
        XCTAssertEqual(norms.features.map(\.text), ["a b", "has c", "flies", "is 0"])
        XCTAssertEqual(norms.concepts.map(\.text), ["x", "y", "z"])
        let expected: [[Int: Double]] = [
            [1: 1 * 0.5 / 2, 2: 0.2 * (10.0 / 30) / 2], [0: 0.5 * 1 / 2], [0: 10.0 / 30 * 0.2], [:],
        ]
        for (found, wanted) in zip(norms.coOccurrences(), expected) {
            XCTAssertEqual(
                Dictionary(uniqueKeysWithValues: found.map { ($0.feature, $0.probability) }), wanted)
        }
    }

    func testFormsOfTheTable() throws {
        let rows = "bat_(animal)\ta_b\t30\nbat_(animal)\thas_c\t30\ncaf\u{E9}\tis_d\t9\n\u{FC}_x\tis_e\t9\n"
        let plain = header + rows
        let quoted = plain.replacingOccurrences(of: "a_b", with: "\"a_b\"")
        let moved = "A\tProd_Freq\t \"Feature\tConcept\n"
        var forms: [String: Data] = [
            "UTF-8": Data(plain.utf8), "mark": Data(("\u{FEFF}" + plain).utf8),
            "Latin-1": plain.data(using: .isoLatin1)!,
            "CRLF": Data(plain.replacingOccurrences(of: "\n", with: "\r\n").utf8),
            "CR": Data(plain.replacingOccurrences(of: "\n", with: "\r").utf8),
            "blank lines": Data(plain.replacingOccurrences(of: "\n", with: "\n\n").utf8),
            "quotes": Data(quoted.utf8), "no last line end": Data(plain.dropLast().utf8),
        ]
        let counted = plain.replacingOccurrences(of: "\t30\n", with: "\t30.0\n")
        let blank = plain.replacingOccurrences(of: "\n", with: "\n\t\t\n \t\"\"\t\n") + "\t\t\n"
        forms["counts with decimals"] = Data(counted.utf8)
        forms["blank rows"] = Data(blank.utf8)
        forms["blank rows in front"] = Data(("\t\t\n\n" + plain).utf8)
        forms["UTF-16"] = Data([0xFF, 0xFE]) + counted.data(using: .utf16LittleEndian)!
        forms["UTF-16, big"] = Data([0xFE, 0xFF]) + blank.data(using: .utf16BigEndian)!
        forms["quoted cells"] = Data(
            plain.split(separator: "\n").map { line in
                line.split(separator: "\t").map { "\"\($0)\"" }.joined(separator: "\t")
            }.joined(separator: "\r\n").utf8)
        forms["more columns"] = Data(
            plain.split(separator: "\n").map { "n\t\($0)\tmore" }.joined(separator: "\n").utf8)
        for (form, data) in forms {
            let file = try temporaryFolder().appendingPathComponent("mcrae.txt")
            try data.write(to: file)
            let samples = try Dataset.load(.mcrae, file: file).samples
            XCTAssertEqual(
                samples.map(\.context).sorted(), ["A café has c.", "A café is a b."], form)
            XCTAssertEqual(samples.map(\.prompt).sorted(), ["A café has", "A café is a"], form)
        }
        let file = try temporaryFile(moved, name: "mcrae.txt")
        XCTAssertThrowsError(try Dataset.load(.mcrae, file: file)) {
            XCTAssertEqual(
                $0 as? RemediError,
                .malformedData(path: file.path, reason: "the first line names no column Feature"))
        }
    }

    func testAContextFeatureDrawnAsUnrelatedIsReplaced() throws {
        // Few features, so that the context feature is often among the unrelated ones.
        var text = header
        for concept in 0..<12 {
            text += "c\(concept)\tis_p\(concept)\t20\nc\(concept)\tis_q\(concept)\t20\n"
        }
        let file = try temporaryFile(text, name: "mcrae.txt")
        let ours = try Dataset.load(.mcrae, file: file).samples
        let theirs = try Dataset.load(.mcrae, file: file, norms: reference()).samples
        XCTAssertEqual(ours.map(\.id), theirs.map(\.id))
        func drawn(_ sample: Sample) -> [String] {
            (sample.source?["unrelated_features"]?.array ?? []).compactMap { $0["feature"]?.string }
        }
        var replaced = 0
        for (our, their) in zip(ours, theirs) {
            let context = try XCTUnwrap(our.source?["context_feature"]?.string)
            XCTAssertFalse(drawn(our).contains(context), our.id)
            XCTAssertEqual(Set(drawn(our)).count, 5, our.id)
            let different = zip(drawn(our), drawn(their)).filter { $0 != $1 }
            XCTAssertEqual(different.map(\.1), drawn(their).contains(context) ? [context] : [], our.id)
            replaced += different.count
        }
        XCTAssertGreaterThan(replaced, 0)
    }

    func testPairsWithoutAConceptAreDropped() throws {
        let file = try temporaryFile(header + "x\ta_b\t30\nx\thas_c\t30\n", name: "mcrae.txt")
        let dataset = try Dataset.load(.mcrae, file: file)
        XCTAssertEqual(dataset.samples.count, 0)
        XCTAssertEqual(dataset.dropped.map(\.reason), ["every concept has one of the features"])
        XCTAssertEqual(Set(dataset.dropped[0].ids), ["a_b/has_c", "has_c/a_b"])
    }

    func testBadTables() throws {
        let many = (0..<1_001).map { "x\tis_f\($0)\t1\n" }.joined()
        let cases: [(text: String, reason: String)] = [
            ("Concept\tfeature\n", "the first line names no column Feature, Prod_Freq"),
            (header + "x\ta_b\n", "line 2 has 2 fields and lacks some of the columns"),
            (header + "x\ta_b\t3\n\nx\ta_c\tmany\n", "line 4: Prod_Freq 'many' is not a count"),
            (header + "x\ta_b\t-3\n", "line 2: Prod_Freq '-3' is not a count"),
            (
                header + "x\ta_b\t99999999999999999999\n",
                "line 2: Prod_Freq '99999999999999999999' is not a count"
            ),
            (header + "x\ta_b\t22.5\n", "line 2: Prod_Freq '22.5' is not a count"),
            (header + "x\ta_b\t22,0\n", "line 2: Prod_Freq '22,0' is not a count"),
            (header + "x\ta_b\t\n", "line 2: Prod_Freq '' is not a count"),
            (header + "x\ta_b\t1e1\n", "line 2: Prod_Freq '1e1' is not a count"),
            ("Concept,Feature,Prod_Freq\nx,a_b,3\n", TableText.expectedTabs("commas")),
            ("\"Concept\";\"Feature\";\"Prod_Freq\"\nx;a_b;3\n", TableText.expectedTabs("semicolons")),
            (
                "PK\u{3}\u{4}xlsx",
                "a spreadsheet's own file: save the sheet as text with tabs between the columns"
            ),
            ("\t\t\n\n", "the file is empty"),
            (header + "_(animal)\ta_b\t3\n", "line 2: no name of a concept"),
            (header + "x\tinbeh_-_\t3\n", "line 2: no feature"),
            (header + many, "line 1002: the concept 'x' has more than 1000 features"),
        ]
        for (text, reason) in cases {
            let file = try temporaryFile(text, name: "mcrae.txt")
            XCTAssertThrowsError(try Dataset.load(.mcrae, file: file), reason) {
                XCTAssertEqual($0 as? RemediError, .malformedData(path: file.path, reason: reason))
            }
        }
    }

    func testMutations() throws {
        let refused = try refusals(
            of: .mcrae, like: "mcrae.txt", first: 3_000, wild: [0x09, 0x0A, 0x0D, 0x22, 0, 0xFF], ends: [[]])
        XCTAssertGreaterThan(refused, 50)
    }
}
