import Foundation

extension DatasetName {
    /// The names under which a data folder holds the set; the first that exists is taken.
    package var fileNames: [String] {
        switch self {
        case .counterfact, .winoventi: rawFileNames + [reformattedFileName]
        case .biosbias, .mcrae: [reformattedFileName] + rawFileNames
        }
    }

    /// The names of the set as its authors made it.
    private var rawFileNames: [String] {
        switch self {
        case .counterfact: ["counterfact.json"]
        case .winoventi: ["winoventi_bert_large_final.tsv"]
        case .biosbias: ["biosbias.pkl", "BIOS.pkl", "bios.pkl"]
        case .mcrae: ["CONCS_FEATS_concstats_brm.txt", "mcrae.txt"]
        }
    }

    /// The name of the set as sample objects; but for Winoventi, which it does not write, the reference's.
    package var reformattedFileName: String {
        switch self {
        case .counterfact: "counterfact.jsonl"
        case .winoventi: "winoventi.jsonl"
        case .biosbias: "biosbias.json"
        case .mcrae: "mcrae.json"
        }
    }

    /// The file that the user named, or the data folder's.
    ///
    /// - Parameter model: the model that reads it: the demonstration's has data sets of its own.
    /// - Throws: `PlaceError.pathNotFound`; `.dataFileNotFound` with the places that were searched.
    package func locate(file: String?, for model: ModelName? = nil, in workplace: Workplace) throws -> URL {
        let isOfDemo = file == nil && model?.isOfDemo == true
        return try locate(file: isOfDemo ? DemoFolder.name : file, among: fileNames, in: workplace)
    }

    /// The raw file that the user named, or the data folder's.
    /// - Throws: as `locate`.
    package func locateRaw(file: String?, in workplace: Workplace) throws -> URL {
        try locate(file: file, among: rawFileNames, in: workplace)
    }

    private func locate(file: String?, among names: [String], in workplace: Workplace) throws -> URL {
        let isOfDemo = file == DemoFolder.name
        let folder = isOfDemo ? try workplace.demo().data : workplace.data
        let candidates =
            names.map { folder.appendingPathComponent($0) }
        if let file, !isOfDemo { return try workplace.existing(file, orIn: [workplace.data]) }
        for candidate in candidates where FileManager.default.fileExists(atPath: candidate.path) {
            return candidate
        }
        throw PlaceError.dataFileNotFound(dataset: self, searched: candidates.map(\.path))
    }
}
