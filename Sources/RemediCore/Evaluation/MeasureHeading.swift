import LanguageModels

/// A number that a measure is known by.
package struct MeasureHeading: Sendable, Equatable {
    /// Where reports show it.
    package enum Prominence: Sendable {
        /// In the summary's table.
        case table
        /// In pictures too.
        case picture
        /// In pictures that compare layers too.
        case pictureOfLayers
        /// In pictures alone.
        case pictureAlone
    }

    package var setting: String?
    package var metric: String
    /// In a table's head.
    package var words: String
    package var prominence: Prominence
    /// Explanations, a line each.
    package var notes: [String]

    init(
        metric: String, _ words: String, setting: String? = nil, _ prominence: Prominence = .table,
        notes: [String] = []
    ) {
        self.metric = metric
        self.words = words
        self.setting = setting
        self.prominence = prominence
        self.notes = notes
    }
}

/// A figure of a page: the plots of some measures together.
package struct FigureForm: Sendable, Equatable {
    let title: String
    let caption: String
    /// The same where layers are compared; nil: they never are.
    var sweep: (title: String, caption: String)?
    /// Whether those are the layers at which entities are read.
    var isOfEntityLayers = false

    package static func == (a: FigureForm, b: FigureForm) -> Bool { a.title == b.title }

    static let metrics = FigureForm(
        title: "Metrics", caption: "Each metric by condition.",
        sweep: (
            "Metrics by edited layer",
            "Each metric by the edited layer. Dotted lines are what needs no layer: the unedited model and the"
                + " baselines."
        ))
}

/// A measure's figure in a first look at results.
package struct ShowcaseForm: Sendable {
    /// In the result; several words of one that has parts.
    let metric: String
    /// In tables and JSON.
    let title: String
    /// For people who see it for the first time; nil: the title says it.
    var meaning: String?

    init(_ metric: String, _ title: String, meaning: String? = nil) {
        self.metric = metric
        self.title = title
        self.meaning = meaning
    }
}

/// How a page shows a measure's samples one by one.
package struct ExampleForm: Sendable {
    enum Card: Sendable {
        /// Two probabilities as bars.
        case probabilities
        /// A continuation.
        case text
        /// A list of features before and after the edit: name, kind, log-probabilities.
        case features(@Sendable (JSONValue) -> [(name: String, kind: String, before: Double, after: Double)])
    }

    /// By whose change samples are chosen.
    let metric: String
    let card: Card
}

/// The distribution of a value over samples.
package struct HistogramForm: Sendable {
    /// After the measure's title; nil: nothing.
    var name: String?
    /// The axis.
    let quantity: String
    /// A sentence for the caption.
    var note: String?
    /// nil where a sample has no such value.
    let value: @Sendable (JSONValue) -> Double?
}

/// Two values of every item of a result, against each other.
package struct ScatterForm: Sendable {
    struct Group: Sendable {
        let name: String
        let color: Int
        let points: @Sendable (JSONValue) -> [(x: Double, y: Double)]
    }

    let title: String
    /// Follows the measure's title.
    let chart: String
    let x: String
    let y: String
    /// A text for the caption, given the condition's name.
    let caption: @Sendable (String) -> String
    let groups: [Group]
}
