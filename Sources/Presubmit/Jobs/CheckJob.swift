/// A piece of the checks that can run beside others.
struct CheckJob: Sendable {
    /// The outcome of a finished job.
    struct Done: Sendable {
        /// A few words; empty where there is nothing to say.
        var note = ""
        /// Lines about a whole whose last part this job was.
        var lines: [String] = []
        /// Jobs that can start now.
        var next: [CheckJob] = []
    }

    /// Jobs of the same step continue when one of them fails; others are ended.
    var step: String
    var title: String
    /// - Throws: `PresubmitFailure`.
    var body: @Sendable (JobChild) throws -> Done
}
