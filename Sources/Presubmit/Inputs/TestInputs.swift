import Foundation
import LanguageModels

/// All that the tests of a target can see: while none of it changes, they need not run again.
struct TestInputs: Sendable {
    let files: PackageFiles
    let targets: PackageTargets
    /// Programs, environment and machine; see `MachineState`.
    let surroundings: String

    /// A hash of what the tests of `target` depend on.
    ///
    /// Every file of the package counts except sources of targets that they do not depend on, sources of
    /// other tests, and documents; targets that are built upon the program itself, whose tests read documents
    /// and sources as text, see everything.  Targets that only serve tests count for all tests: some are loaded
    /// at run time.
    func hash(of target: String) -> String {
        let used = targets.closure(of: target)
        let seesAll = used.contains("remedi") || used.contains("Presubmit")
        let foreign = targets.targets.filter { other in
            !used.contains(other.name) && (other.isTest || other.folder.hasPrefix("Sources/"))
        }
        let hash = files.hash { file in
            guard !seesAll else { return true }
            if file.isDocument { return false }
            return !foreign.contains { other in
                file.path.hasPrefix(other.folder) && (!other.isTest || file.path.hasSuffix(".swift"))
            }
        }
        return SHA256.hash(Data("\(hash)\n\(surroundings)".utf8))
    }
}
