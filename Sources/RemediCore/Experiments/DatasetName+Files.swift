import Foundation

extension DatasetName {
    /// The names under which a data folder holds the set; the first that exists is taken.
    package var fileNames: [String] {
        switch self {
        case .counterfact: ["counterfact.json", "counterfact.jsonl"]
        case .winoventi: ["winoventi_bert_large_final.tsv"]
        case .biosbias: ["biosbias.json", "biosbias.pkl", "BIOS.pkl", "bios.pkl"]
        case .mcrae: ["mcrae.json", "CONCS_FEATS_concstats_brm.txt", "mcrae.txt"]
        }
    }

    /// The file that the user named, or the data folder's.
    /// - Throws: `ExperimentError.dataFileNotFound` with the places that were searched.
    package func locate(file: String?, in workplace: Workplace) throws -> URL {
        let candidates =
            file.map { [workplace.resolve($0)] }
            ?? fileNames.map { workplace.data.appendingPathComponent($0) }
        for candidate in candidates where FileManager.default.fileExists(atPath: candidate.path) {
            return candidate
        }
        throw ExperimentError.dataFileNotFound(dataset: self, searched: candidates.map(\.path))
    }
}
