import Foundation

/// The number in a name such as `model-00001-of-00003.gguf`, which a model has that was split into files.
package struct GGUFPart: Sendable {
    let index: Int
    let count: Int
    private let stem: String

    private static let suffix = ".gguf"

    /// - Returns: nil for other names.
    init?(_ name: String) {
        guard let match = name.wholeMatch(of: #/(.*)-(\d{5})-of-(\d{5})\.gguf/#), let index = Int(match.2),
            let count = Int(match.3), (1...max(count, 1)).contains(index)
        else { return nil }
        self.index = index
        self.count = count
        stem = String(match.1)
    }

    /// Whether a name is that of a GGUF file, of several parts the first.
    package static func isFirst(_ name: String) -> Bool {
        name.hasSuffix(suffix) && (GGUFPart(name)?.index ?? 1) == 1
    }

    /// Whether two names are those of one file, or of parts of one model.
    package static func areOfOneModel(_ a: String, _ b: String) -> Bool {
        guard let first = GGUFPart(a), let second = GGUFPart(b) else { return a == b }
        return first.stem == second.stem && first.count == second.count
    }
}
