import Foundation
import RemediCore

extension Messages {
    static func damagedJobs(in folder: URL) -> String {
        "\(folder.appendingPathComponent(SubmittedJobs.fileName).path) is damaged: jobs that were submitted before"
            + " may be missing"
    }

    static func words(_ error: SlurmError) -> String {
        switch error {
        case .sbatchMissing(let searched):
            "there is no sbatch, Slurm's command for jobs, in \(searched.joined(separator: ", "));"
                + " --dry-run prints the scripts without it"
        case .controlCharacter(let place, let text):
            "\(place), '\(text)', has a line break or another control character, which no batch script can have"
        case .backslash(let path):
            "the results folder, '\(path)', has a backslash, because of which Slurm could not write a job's log"
        case .refused(let job, let reason, let submitted):
            "sbatch does not take \(job): \(reason)" + inQueue(submitted)
        case .noJobNumber(let job, let output, let submitted):
            "sbatch took \(job) but gave no number of a job: '\(output)'" + inQueue(submitted)
        }
    }

    /// The jobs that were queued before something went wrong.
    private static func inQueue(_ jobs: [String]) -> String {
        switch jobs.count {
        case 0: ""
        case 1: "; job \(jobs[0]) is in the queue ('scancel \(jobs[0])' takes it out)"
        default:
            "; jobs \(together(jobs)) are in the queue ('scancel \(jobs.joined(separator: " "))' takes them out)"
        }
    }
}
