import Foundation
import LanguageModels

/// Which layer a sweep chose by its figure of merit on validation samples: `sweep.json`.
package struct StoredSweep: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var layer: Int
        package var validation: Double?
        package var test: Double?
    }

    /// `layer` or `entity layer`.
    package let swept: String
    package let criterion: String
    package let chosen: Int?
    package let rows: [Row]

    /// nil if `folder` is not that of a sweep.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.unreadable`.
    init?(folder: URL) throws {
        let file = folder.appendingPathComponent(Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let json = try StoredResult.read(file)
        guard let layers = json["layers"]?.array else { return nil }
        swept = json["swept"]?.string ?? "layer"
        criterion = json["criterion"]?.string ?? "criterion"
        chosen = json["chosen"]?.integer.flatMap(ResultPlace.layer)
        rows = layers.compactMap { row in
            row["layer"]?.integer.flatMap(ResultPlace.layer).map {
                Row(layer: $0, validation: row["validation"]?.double, test: row["test"]?.double)
            }
        }
        if rows.isEmpty { return nil }
    }

    static let fileName = "sweep.json"

    package var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return [
            "swept": .string(swept), "criterion": .string(criterion),
            "chosen": chosen.map { .integer($0) } ?? .null,
            "layers": .array(
                rows.map {
                    [
                        "layer": .integer($0.layer), "validation": number($0.validation),
                        "test": number($0.test),
                    ]
                }),
        ]
    }
}
