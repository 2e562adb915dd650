/// Jobs that cannot be handed to Slurm.  Cases carry facts; the binary words them.
package enum SlurmError: Error, Equatable, Sendable {
    /// There is no `sbatch` in the folders of PATH.
    case sbatchMissing(searched: [String])
    /// A text that belongs into a batch script has a line break or another control character; `place` says where
    /// it comes from.
    case controlCharacter(place: String, text: String)
    /// A results folder in which Slurm cannot write a log.
    case backslash(path: String)
    /// `sbatch` did not take a job; `reason` is what it said, `submitted` the jobs that it took before.
    case refused(job: String, reason: String, submitted: [String])
    /// The output of `sbatch` holds no number of a job.
    case noJobNumber(job: String, output: String, submitted: [String])
}
