import RemediCore

extension Experiment {
    /// The experiment that a command of `kind` (`train`, `eval.gen`) calls by the rest of its name.
    ///
    /// - Throws: `UsageError.unknownExperiment`, or what is wrong with its file.
    static func named(_ name: String, ofKind kind: String, in workplace: Workplace) throws -> Experiment {
        do {
            return try named("\(kind).\(name)", in: workplace)
        } catch ExperimentError.unknownExperiment {
            let all = all(in: workplace).map(\.name)
            let known = all.filter { $0.hasPrefix(kind + ".") }.map { String($0.dropFirst(kind.count + 1)) }
            // A group, or the whole name of another kind, is run by another command.
            let other = all.contains(name) ? "'remedi experiments run \(name)'" : nil
            throw UsageError.unknownExperiment(
                name: name, kind: kind,
                nearest: other ?? Spelling.nearest(to: name, among: known), known: known)
        }
    }
}
