import LanguageModels

extension Sample {
    /// The sample as the object that data files hold; absent targets and source are null.
    package var json: JSONValue {
        var object = ownMembers
        object["source"] = source ?? .null
        return .object(object)
    }

    /// The same as one line of text; the source is not parsed for it, but keeps the spaces of its file.
    var line: String {
        JSONValue.object(ownMembers).text().dropLast() + ", \"source\": \(sourceLine ?? "null")}\n"
    }

    private var ownMembers: JSONObject {
        [
            "id": .string(id), "entity": .string(entity), "prompt": .string(prompt),
            "context": .string(context), "attribute": .string(attribute),
            "target_mediated": targetMediated.map(JSONValue.string) ?? nil,
            "target_unmediated": targetUnmediated.map(JSONValue.string) ?? nil,
        ]
    }

    /// Reads a sample object; the order of its keys does not matter.
    ///
    /// - Throws: `RecordError` naming the key that is missing or of the wrong kind.
    init(object: JSONObject) throws {
        func text(_ key: String) throws -> String {
            guard let value = object[key]?.string else { throw RecordError.missing(key: key) }
            return value
        }
        func optionalText(_ key: String) throws -> String? {
            guard let value = object[key], !value.isNull else { return nil }
            guard let string = value.string else { throw RecordError.missing(key: key) }
            return string
        }
        guard let id = RecordError.identifier(object["id"]) else { throw RecordError.missing(key: "id") }
        self.init(
            id: id, entity: try text("entity"), attribute: try text("attribute"),
            context: try text("context"), prompt: try text("prompt"),
            targetMediated: try optionalText("target_mediated"),
            targetUnmediated: try optionalText("target_unmediated"),
            source: object["source"].flatMap { $0.isNull ? Optional<JSONValue>.none : $0 })
    }
}

/// Errors of one record of a data file; the reader adds the file and the record's place.
enum RecordError: Error, Equatable {
    /// A key is missing or its value is of the wrong kind.
    case missing(key: String)
    /// The record is fine, but the sample that it gives cannot be used; `reason` is counted.
    case unusable(id: String, reason: String)

    /// Ids are texts; numbers are taken as their digits.
    static func identifier(_ value: JSONValue?) -> String? {
        value?.string ?? value?.integer.map(String.init)
    }
}
