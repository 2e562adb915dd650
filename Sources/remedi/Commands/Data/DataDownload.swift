import Foundation
import LanguageModels
import RemediCore

/// `data download`: fetches data sets and helper files.
package struct DataDownload: Command {
    package static let name = "download"
    package static let summary = "downloads data sets and helper files into the data folder"
    package static let discussion = [
        "Without NAME, or with 'all', everything that can be had. What is there and right is left alone. A"
            + " download that was cut off resumes where it ended, and every file's size and SHA-256 are"
            + " checked before it appears under its name.",
        "Transfers are made by curl; https_proxy and its likes are heeded. REMEDI_DATA_URL names another"
            + " folder on a server that has the files.",
    ]

    package var given = GivenArguments<DataDownload>()
    var names: [String] = []
    var overwrites = false
    package var verbosity = Verbosity.normal

    package init() {}

    package static var positionals: [Positional<DataDownload>] {
        let known = DataFile.all.map(\.name) + ["all"]
        return [
            Positional(
                "NAME", \.names, .list(.word("NAME", of: known)), isRequired: false, help: "what to download")
        ]
    }

    package static var options: [Option<DataDownload>] {
        [
            Option(
                "overwrite", \.overwrites, .flag, group: "Download",
                help: "replaces files of these names that are not the known ones")
        ] + Verbosity.options(in: \.verbosity)
    }

    package func run(in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals("stopping; what was received is kept")
        let workplace = surroundings.workplace
        let isEverything = names.isEmpty || names.contains("all")
        let files = DataFile.all.filter { file in
            isEverything ? file.advice == nil : names.contains(file.name)
        }
        var failure: (any Error)?
        var downloader: Downloader?
        for file in files {
            do {
                if let advice = file.advice { throw DownloadError.notOffered(advice: advice) }
                let ready = try downloader ?? surroundings.downloader(progress: progress)
                downloader = ready
                let isNew = try file.download(
                    in: workplace, mirror: workplace.value("REMEDI_DATA_URL"), replaces: overwrites,
                    with: ready)
                let place = file.place(in: workplace).path
                try surroundings.write(line: isNew ? place : "\(place) is there already")
            } catch RemediError.interrupted(let signal) {
                throw RemediError.interrupted(signal: signal)
            } catch {
                // The others may still be had; the last failure is told at the end.
                if let failure { progress.report(.warning(Messages.sentence(for: failure))) }
                failure = error
            }
        }
        if let failure { throw failure }
    }
}

extension Surroundings {
    /// Fetches files as this run's environment says.
    ///
    /// - Throws: `DownloadError.curlMissing`.
    func downloader(progress: any ProgressReporter) throws -> Downloader {
        try Downloader(environment: workplace.environment, progress: progress)
    }
}

extension DataDownload {
    package static let examples = [
        ExampleLine("fetches one data set", "remedi data download winoventi"),
        ExampleLine(
            "fetches what generation is compared with", "remedi data download snippets idf vocabulary"),
    ]
}
