import LanguageModels

/// Several named experiments under one name: `{"summary": …, "experiments": ["dump.counterfact", …]}`.
///
/// One with a `report` is to be looked at: its figures come in one table for each evaluation, with examples
/// and a page.
package struct ExperimentGroup: Sendable, Equatable {
    package var summary = ""
    /// The names of its experiments, in the order in which they run; groups among them, but not this one.
    package var experiments: [String] = []
    /// The plain name of the page's file in the results folder, beside which the picture is; nil: the experiments only run.
    package var report: String?
    /// How many evaluated samples are shown before and after their edits.
    package var examples = 3

    static let key = "experiments"

    static var settings: [Setting<ExperimentGroup>] {
        [
            Setting("summary", \.summary, .text("TEXT")),
            Setting(key, \.experiments, .list(.text("NAME"))),
            Setting("report", \.report, .optional(.fileName(notEndingIn: pictureEnding))),
            Setting("examples", \.examples, .integer(minimum: 0)),
        ]
    }

    /// - Throws: `ExperimentError`.
    init(_ object: JSONObject, path: String) throws {
        let strict = StrictObject(object: object, path: path)
        try strict.require("summary")
        try strict.apply(Self.settings, to: &self, refusingOthers: true)
    }

    /// The picture's file name is the page's with this ending.
    package static let pictureEnding = "svg"

    var settingsJSON: JSONObject {
        var object = JSONObject()
        for setting in Self.settings { object[setting.key] = setting.json(of: self) }
        return object
    }
}
