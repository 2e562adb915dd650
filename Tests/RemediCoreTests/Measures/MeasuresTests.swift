import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class MeasuresTests: XCTestCase {
    func testNamesAndFilesAreDistinct() {
        let names = Measures.all.flatMap { [$0.name] + $0.aliases + $0.sideFiles }
        XCTAssertEqual(Set(names).count, names.count, "\(names)")
        for measure in Measures.all {
            let keys = measure.metrics.map(\.key)
            XCTAssertEqual(Set(keys).count, keys.count, measure.name)
            XCTAssertEqual(Measures.named(measure.name)?.title, measure.title)
        }
    }

    /// Whatever presents a measure names metrics that it has.
    func testPresentationsAreOfOwnMetrics() {
        for measure in Measures.all {
            var used = measure.headings.map(\.metric) + measure.weighed.map(\.metric)
            used += measure.showcase.map { String($0.metric.split(separator: " ").last ?? "") }
            used += [measure.layerCriterion, measure.examples?.metric].compactMap { $0 }
            used += measure.metrics.compactMap(\.before)
            for key in used { XCTAssertNotNil(measure.metric(key), "\(measure.name) \(key)") }
        }
    }

    /// Every number of a result file is declared by its measure.
    func testStoredMetricsAreDeclared() throws {
        for name in ReportFixture.names {
            for result in try ReportFixture.run(name).results {
                let measure = try XCTUnwrap(Measures.named(result.place.benchmark), result.place.benchmark)
                for metric in result.metrics {
                    XCTAssertNotNil(measure.metric(metric.name), "\(measure.name) \(metric.name)")
                }
            }
        }
    }

    func testFilesOfMeasuresAreKnown() {
        for measure in Measures.all {
            let stem = measure.isLayered ? "\(measure.name)_layer_7_control_task" : measure.name
            for name in [stem, stem + "_metrics"] + measure.aliases + measure.sideFiles {
                XCTAssertTrue(Measures.writes(name), name)
            }
            var place = ResultPlace(benchmark: "", condition: "linear", layer: 1)
            place.name(from: stem)
            XCTAssertEqual(place.benchmark, measure.name)
            XCTAssertEqual(place.entityLayer, measure.isLayered ? 7 : nil, measure.name)
        }
        for name in ["mine", "efficacy_of_mine", "layer_3", "fact_cls"] {
            XCTAssertFalse(Measures.writes(name), name)
        }
    }

    /// A metric that no measure has is shown as it is.
    func testUnknownMetrics() {
        let form = Measures.form(of: "my_number", in: "mine")
        XCTAssertEqual(form.words, "my number")
        XCTAssertNil(form.bounds)
        XCTAssertEqual(Measures.form(of: "contextual f1", in: "mine").words, "F1")
        XCTAssertEqual(Measures.title(of: "my_own"), "My own")
    }

    func testChoicesAreThoseOfTheCommand() {
        XCTAssertEqual(
            MeasureName.allCases.map(\.rawValue),
            ["efficacy", "rewrite", "paraphrase", "neighborhood", "generation", "essence"])
        XCTAssertEqual(
            MeasureName.usual.map(\.rawValue), ["efficacy", "rewrite", "paraphrase", "neighborhood"])
        XCTAssertNil(MeasureName(rawValue: "mediation"))
    }
}
