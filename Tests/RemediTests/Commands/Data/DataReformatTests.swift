import Foundation
import LanguageModels
import RemediCore
import XCTest

final class DataReformatTests: XCTestCase {
    private let raw = TestFiles.package.appendingPathComponent("Tests/Fixtures")
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }

    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    func testWhatIsSaid() throws {
        let run = TestRun(
            ["data", "reformat", "-d", "biosbias", "-f", raw.path + "/biosbias.pkl"], in: folder)
        let data = folder.appendingPathComponent("data/biosbias.json")
        XCTAssertEqual(
            run.output,
            """
            read     89 records from \(raw.path)/biosbias.pkl
            written  83 samples to \(data.path)

            left out                              records  ids
            ────────────────────────────────────  ───────  ──────────────────────────
            the first name occurs more than once        3  Al_Also, May_Day, Tom_Reed
            not a person's name                         1  Non-Residential_Services
            under 10 words                              2  Jo_March, Jo_March
            empty attribute                             1  Kim_Ono

            """)
        XCTAssertEqual(run.diagnostics, "reading \(raw.path)/biosbias.pkl\n")
        XCTAssertEqual(run.code, 0)
    }

    /// What is written reads back as what the raw file gives, places included.
    func testEverySetReadsBack() throws {
        let files: [DatasetName: String] = [
            .counterfact: raw.path + "/counterfact-full.json", .biosbias: raw.path + "/biosbias.pkl",
            .mcrae: raw.path + "/mcrae.txt",
            .winoventi: TestFiles.package.path
                + "/Tests/RemediCoreTests/Fixtures/winoventi.tsv",
        ]
        let workplace = Workplace(environment: [:], workingFolder: folder)
        for (name, file) in files {
            let run = TestRun(["data", "reformat", "-q", "-d", name.rawValue, "-f", file], in: folder)
            XCTAssertEqual(run.code, 0, run.diagnostics)
            XCTAssertEqual(run.diagnostics, "", name.rawValue)
            let written = try name.locate(file: nil, in: workplace)
            XCTAssertEqual(written.lastPathComponent, name.form.reformattedFileName)
            let original = try Dataset.load(name, file: URL(fileURLWithPath: file))
            let again = try Dataset.load(name, file: written)
            XCTAssertEqual(again.samples, original.samples, name.rawValue)
            XCTAssertEqual(again.places, original.places, name.rawValue)
            XCTAssertGreaterThan(again.samples.count, 0, name.rawValue)
        }
    }

    func testTheRawFileIsLookedForByItsNames() throws {
        let data = folder.appendingPathComponent("d")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let environment = ["REMEDI_DATA_DIR": data.path]
        let missing = TestRun("data reformat -d mcrae", environment: environment, in: folder)
        XCTAssertEqual(
            missing.diagnostics,
            "remedi: there is no file for mcrae; looked for \(data.path)/CONCS_FEATS_concstats_brm.txt,"
                + " \(data.path)/mcrae.txt (name one with --dataset-file);"
                + " 'remedi data download mcrae' says how to come by it\n")
        XCTAssertEqual(missing.code, 1)
        let file = data.appendingPathComponent("CONCS_FEATS_concstats_brm.txt")
        try FileManager.default.copyItem(at: raw.appendingPathComponent("mcrae.txt"), to: file)
        let run = TestRun("data reformat -q -d mcrae --json", environment: environment, in: folder)
        let said = try JSONValue(parsing: run.output)
        XCTAssertEqual(said["file"]?.string, file.path)
        XCTAssertEqual(said["output"]?.string, data.path + "/mcrae.json")
        XCTAssertEqual(said["records"]?.integer, 236)
        XCTAssertEqual(said["samples"]?.integer, 425)
        XCTAssertEqual(said["dropped"]?.array?.first?["count"]?.integer, 4)
        XCTAssertEqual(said["sha256"]?.string, try SHA256.hash(file: file))
    }

    func testTheReferencesRules() throws {
        let table = folder.appendingPathComponent("mcrae.txt")
        let rows = "x\ta_b\t20\nx\thas_c\t20\ny\tis_d\t20\n"
        try Data(("Concept\tFeature\tProd_Freq\n" + rows).utf8).write(to: table)
        func probability(_ words: [String]) throws -> JSONValue? {
            let output = folder.appendingPathComponent("m.json")
            let run = TestRun(
                ["data", "reformat", "-q", "-d", "mcrae", "-f", "mcrae.txt", "-o", "m.json"]
                    + words,
                in: folder)
            XCTAssertEqual(run.code, 0, run.diagnostics)
            let first = try Dataset.load(.mcrae, file: output).samples[0]
            return first.source?["all_co_features"]?.array?.first?["co_prob"]
        }
        XCTAssertNotNil(try probability([])?.double)
        XCTAssertNotNil(try probability(["--compat", "reference"])?.string)
        XCTAssertNotNil(try probability(["--compat", "reference", "--co-prob", "exact"])?.double)
        XCTAssertNotNil(try probability(["--co-prob", "rounded", "--compat", "remedi"])?.string)
    }

    func testWhatIsRefused() throws {
        let same = folder.appendingPathComponent("same.pkl")
        try FileManager.default.copyItem(at: raw.appendingPathComponent("biosbias.pkl"), to: same)
        let before = try SHA256.hash(file: same)
        let words = ["data", "reformat", "-q", "-d", "biosbias", "-f", "same.pkl", "-o", same.path]
        let run = TestRun(words, in: folder)
        XCTAssertEqual(run.diagnostics, "remedi: cannot write \(same.path): this is the file that is read\n")
        XCTAssertEqual(run.code, 1)
        XCTAssertEqual(try SHA256.hash(file: same), before)

        let harm: [UInt8] = [0x80, 2, 0x63] + Array("os\nsystem\n".utf8) + [0x2E]
        let hostile = folder.appendingPathComponent("harm.pkl")
        try Data(harm).write(to: hostile)
        let refused = TestRun("data reformat -q -d biosbias -f harm.pkl", in: folder)
        XCTAssertEqual(
            refused.diagnostics,
            "remedi: \(hostile.path): not a pickle of plain records: byte 13: it names os.system, which is not"
                + " plain data and was not executed\n")
        XCTAssertEqual(refused.code, 1)

        try Data([0x80, 2, 0x5D, 0x2E]).write(to: hostile)
        XCTAssertEqual(
            TestRun("data reformat -q -d biosbias -f harm.pkl", in: folder).diagnostics,
            "remedi: there are no samples in \(hostile.path)\n")
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/data/biosbias.json"))
    }
}
