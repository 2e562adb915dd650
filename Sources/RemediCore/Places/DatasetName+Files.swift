import Foundation

extension DatasetName {
    /// The file that the user named, or the data folder's.
    ///
    /// - Parameter model: the model that reads it: the demonstration's has data sets of its own.
    /// - Throws: `PlaceError.pathNotFound`; `.dataFileNotFound` with the places that were searched.
    package func locate(file: String?, for model: ModelName? = nil, in workplace: Workplace) throws -> URL {
        let isOfDemo = file == nil && model?.isOfDemo == true
        return try locate(file: isOfDemo ? DemoFolder.name : file, among: form.fileNames, in: workplace)
    }

    /// The raw file that the user named, or the data folder's.
    /// - Throws: as `locate`.
    package func locateRaw(file: String?, in workplace: Workplace) throws -> URL {
        try locate(file: file, among: form.rawFileNames, in: workplace)
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
