import Foundation
import LanguageModels

/// Slurm's command that puts jobs into the queue.
package struct Sbatch: Sendable {
    private let program: String
    private let workingFolder: URL
    private let environment: [String: String]

    /// Looks for it.
    ///
    /// - Throws: `SlurmError.sbatchMissing`.
    package init(environment: [String: String], workingFolder: URL) throws {
        guard let found = ChildProcess.find("sbatch", environment: environment) else {
            throw SlurmError.sbatchMissing(searched: ChildProcess.searchPath(environment))
        }
        program = found
        self.workingFolder = workingFolder
        self.environment = environment
    }

    /// Submits a script.
    ///
    /// - Parameters:
    ///   - request: what it asks for.
    ///   - after: jobs that must have succeeded before; if one does not, this one is cancelled.
    ///   - submitted: what the whole submission has put into the queue so far, for messages.
    /// - Returns: the job's number.
    /// - Throws: `SlurmError.refused`, `.noJobNumber`; `POSIXError` if it cannot be started.
    package func submit(
        _ job: BatchJob, _ request: SlurmRequest, after: [String], submitted: [String]
    ) throws -> String {
        var words = [program, "--parsable"]
        if !after.isEmpty {
            // The command line's takes the place of the script's.
            let others = request.dependency.map { "," + $0 } ?? ""
            words.append("--dependency=afterok:" + after.joined(separator: ":") + others)
            if !request.says(.invalidDependency) { words.append("--kill-on-invalid-dep=yes") }
        }
        let child = ChildProcess(
            words: words + [job.script.path], folder: workingFolder, environment: environment)
        let (status, output, diagnostics) = try child.outputs()
        guard status == 0 else {
            let said = Self.line(diagnostics)
            let reason = said.isEmpty ? "status \(status)" : said
            throw SlurmError.refused(job: job.name, reason: reason, submitted: submitted)
        }
        guard let number = Self.number(in: output) else {
            throw SlurmError.noJobNumber(job: job.name, output: Self.line(output), submitted: submitted)
        }
        return number
    }

    /// Several lines in one.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    /// The number in `4711` or `4711;cluster`, the last line of its kind: a site's own words may come before.
    static func number(in output: String) -> String? {
        output.split(whereSeparator: \.isNewline).reversed().lazy
            .compactMap { $0.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces) } }
            .first { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    }
}
