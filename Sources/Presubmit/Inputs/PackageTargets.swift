import Foundation
import LanguageModels

/// The targets that a package's manifest declares.
struct PackageTargets: Sendable, Equatable {
    struct Target: Sendable, Equatable {
        var name: String
        /// The folder of its files, relative to the package, with a slash at its end.
        var folder: String
        var isTest: Bool
        /// Names of targets that it depends on directly.
        var dependencies: [String]
    }

    let targets: [Target]

    init(_ targets: [Target]) { self.targets = targets }

    /// Reads the output of `swift package dump-package`; nil if it is something else.
    init?(dump: Data) {
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: dump) else { return nil }
        targets = manifest.targets.map { target in
            let isTest = target.type == "test"
            let path = target.path ?? (isTest ? "Tests/" : "Sources/") + target.name
            return Target(
                name: target.name, folder: path + "/", isTest: isTest,
                dependencies: target.dependencies.flatMap(\.names))
        }
    }

    /// The names of the targets that `name` depends on, itself included.
    func closure(of name: String) -> Set<String> {
        var found: Set<String> = [name]
        var open = [name]
        while let next = open.popLast(), let target = targets.first(where: { $0.name == next }) {
            for other in target.dependencies where found.insert(other).inserted { open.append(other) }
        }
        return found
    }

    private struct Manifest: Decodable {
        struct Target: Decodable {
            /// `{"byName": ["Compute", null]}`
            struct Dependency: Decodable {
                var names: [String]

                init(from decoder: any Decoder) throws {
                    let kinds = try decoder.singleValueContainer().decode([String: [Word]].self)
                    names = kinds.values.compactMap { $0.first?.text }
                }
            }

            /// A name; conditions and absent ones have none.
            struct Word: Decodable {
                var text: String?

                init(from decoder: any Decoder) throws {
                    text = try? decoder.singleValueContainer().decode(String.self)
                }
            }

            var name: String
            var type: String
            var path: String?
            var dependencies: [Dependency]
        }

        var targets: [Target]
    }
}
