import LanguageModels

/// Several named experiments under one name: `{"summary": …, "experiments": ["dump.counterfact", …]}`.
package struct ExperimentGroup: Sendable, Equatable {
    package var summary = ""
    /// The names of its experiments, in the order in which they run; never those of groups.
    package var experiments: [String] = []

    static let key = "experiments"

    static var settings: [Setting<ExperimentGroup>] {
        [
            Setting("summary", \.summary, .text("TEXT")),
            Setting(key, \.experiments, .list(.text("NAME"))),
        ]
    }

    /// - Throws: `ExperimentError`.
    init(_ object: JSONObject, path: String) throws {
        let strict = StrictObject(object: object, path: path)
        try strict.require("summary")
        try strict.apply(Self.settings, to: &self, refusingOthers: true)
    }

    var settingsJSON: JSONObject {
        var object = JSONObject()
        for setting in Self.settings { object[setting.key] = setting.json(of: self) }
        return object
    }
}
