import Foundation

/// Where a run's results go, and what gives way to them.
package struct ResultsOptions: Sendable, Equatable {
    package var experimentName: String?
    package var resultsFolder: String?
    package var clears = false
    package var overwrites = false
    package var argumentsFileName: String?

    package init() {}

    /// The folder of the run, under the name given or else `fallback`.
    ///
    /// - Throws: `PlaceError.unusableFolderName`, `.unusableFileName`.
    package func folder(named fallback: String, in workplace: Workplace) throws -> ResultsFolder {
        if let argumentsFileName { try ResultsFolder.checkArgumentsFileName(argumentsFileName) }
        return try ResultsFolder(experiment: experimentName ?? fallback, in: root(in: workplace))
    }

    /// The folder of all results.
    package func root(in workplace: Workplace) -> URL {
        resultsFolder.map(workplace.resolve) ?? workplace.results
    }
}
