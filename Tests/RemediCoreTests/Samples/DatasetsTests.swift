import XCTest

@testable import RemediCore

final class DatasetsTests: XCTestCase {
    func testNamesAreOfTheTable() {
        XCTAssertEqual(
            DatasetName.allCases.map(\.rawValue), ["counterfact", "winoventi", "biosbias", "mcrae"])
        XCTAssertEqual(DatasetName(rawValue: "mcrae"), .mcrae)
        XCTAssertNil(DatasetName(rawValue: "snippets"))
        for name in DatasetName.allCases { XCTAssertEqual(name.form.name, name.rawValue) }
    }

    /// Two sets that took one file for theirs would read each other's.
    func testFilesBelongToOneSet() {
        let names = Datasets.all.flatMap(\.fileNames) + Datasets.all.flatMap(\.helpers).map(\.fileName)
        XCTAssertEqual(Set(names).count, names.count)
        for form in Datasets.all { XCTAssertTrue(form.fileNames.contains(form.file.fileName), form.name) }
    }

    func testTheFormThatCommandsWriteIsPreferredWhereTheAuthorsFileMayNotBePassedOn() {
        XCTAssertEqual(DatasetForm.counterFact.fileNames, ["counterfact.json", "counterfact.jsonl"])
        XCTAssertEqual(
            DatasetForm.mcRae.fileNames, ["mcrae.json", "CONCS_FEATS_concstats_brm.txt", "mcrae.txt"])
        for form in Datasets.all {
            XCTAssertEqual(form.file.advice != nil, form.fileNames[0] == form.reformattedFileName, form.name)
        }
    }

    func testTasks() {
        XCTAssertEqual(Datasets.offering(.mediation), [.counterfact, .winoventi])
        XCTAssertEqual(Datasets.offering(.entailment), [.mcrae])
        XCTAssertEqual(Datasets.all.filter { $0.scoring == .correction }.map(\.name), ["biosbias"])
        XCTAssertEqual(Datasets.all.filter(\.hasUnmediatedTargets).map(\.name), ["counterfact", "winoventi"])
    }

    func testDownloadsListEverySetAfterEachOther() {
        XCTAssertEqual(
            DataFile.all.map(\.name),
            ["counterfact", "snippets", "idf", "vocabulary", "winoventi", "biosbias", "mcrae"])
    }
}
