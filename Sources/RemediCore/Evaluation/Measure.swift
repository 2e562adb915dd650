import LanguageModels

/// One way to measure what edits do: its name, its numbers, how reports show them, and how it is computed.
/// `Measures.all` lists every measure; the name of one stands in its own file alone.
package protocol Measure: Sendable {
    /// The word on the command line, and the name of its result file without `.json`.
    var name: String { get }
    /// `Fact classification`
    var title: String { get }
    /// In the order of the result file.
    var metrics: [MetricForm] { get }

    // MARK: Reports

    /// The numbers that it is known by.
    var headings: [MeasureHeading] { get }
    /// The figure that holds its plots; nil: none.
    var figure: FigureForm? { get }
    /// The title of a picture of its numbers.
    var question: String { get }
    /// Figures for a first look at results.
    var showcase: [ShowcaseForm] { get }
    /// Names of its results in the tables of a run.
    var resultTitles: [String] { get }
    /// The metric by which a page chooses the layer that it shows sample by sample.
    var layerCriterion: String? { get }
    /// The figures that a sweep weighs to choose a layer, as the reference does, and their words.
    var weighed: [(metric: String, title: String)] { get }
    var examples: ExampleForm? { get }
    var histograms: [HistogramForm] { get }
    var scatter: ScatterForm? { get }
    /// Samples of a baseline beside those of another condition, with which derived metrics are made of both.
    func merged(baseline: [JSONValue], other: [JSONValue]) -> [JSONValue]?

    // MARK: Files

    /// Whether its files are named `NAME_layer_N`, for layers at which entities are read.
    var isLayered: Bool { get }
    /// Other names of its files.
    var aliases: [String] { get }
    /// Files that it writes besides, without samples.
    var sideFiles: [String] { get }

    // MARK: Computation

    /// Whether `eval gen` runs it if asked for, and whether it does if not asked.
    var isChoice: Bool { get }
    var isUsual: Bool { get }
    /// The member of the manifest that records its results.
    var manifestKey: String { get }
    /// Whether it compares texts with others.
    var needsReferenceTexts: Bool { get }
    /// Whether it reads the directions of editors.
    var readsDirections: Bool { get }

    /// - Throws: `RemediError.noSamples`.
    func samples(of evaluation: Evaluation) throws -> [Sample]
    /// In the order of the table.
    func conditions(of evaluation: Evaluation) throws -> [EvaluationCondition]
    /// The results that all others need.
    func preparations(of evaluation: Evaluation) throws -> [MeasureOutput]
    /// The results of a condition.
    func outputs(under condition: EvaluationCondition, of evaluation: Evaluation) throws -> [MeasureOutput]
    /// Groups of conditions that share what is expensive, in the order in which they are computed.
    func batches(
        of conditions: [EvaluationCondition], in evaluation: Evaluation
    ) throws -> [[EvaluationCondition]]
    /// Removes what was kept on disk while a batch was computed; `isLast`: of all batches.
    func finish(_ batch: [EvaluationCondition], isLast: Bool, of evaluation: Evaluation) throws

    /// Everything besides the inputs of its condition that decides its result.
    func inputs(of evaluation: Evaluation) throws -> JSONObject
    /// Runs on every sample of the subject; cases that the journal knows are not computed again.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> MeasureResult
}

extension Measure {
    package var title: String {
        name.prefix(1).uppercased() + name.dropFirst().replacing("_", with: " ")
    }
    package var headings: [MeasureHeading] {
        metrics.first.map { [MeasureHeading(metric: $0.key, title)] } ?? []
    }
    package var figure: FigureForm? { .metrics }
    package var question: String { "How often the model says what it was told" }
    package var showcase: [ShowcaseForm] { [] }
    package var resultTitles: [String] { [name] }
    package var layerCriterion: String? { nil }
    package var weighed: [(metric: String, title: String)] { [] }
    package var examples: ExampleForm? { nil }
    package var histograms: [HistogramForm] { [] }
    package var scatter: ScatterForm? { nil }
    package func merged(baseline: [JSONValue], other: [JSONValue]) -> [JSONValue]? { nil }

    package var isLayered: Bool { false }
    package var aliases: [String] { [] }
    package var sideFiles: [String] { [] }

    package var isChoice: Bool { true }
    package var isUsual: Bool { false }
    package var manifestKey: String { "evaluations" }
    package var needsReferenceTexts: Bool { false }
    package var readsDirections: Bool { true }

    package func samples(of evaluation: Evaluation) throws -> [Sample] {
        try evaluation.dataset.samples(
            of: evaluation.options.split, mentions: evaluation.options.tokens.mentions)
    }

    package func conditions(of evaluation: Evaluation) throws -> [EvaluationCondition] {
        try evaluation.chosenConditions()
    }

    package func preparations(of evaluation: Evaluation) throws -> [MeasureOutput] { [] }

    package func outputs(
        under condition: EvaluationCondition, of evaluation: Evaluation
    ) throws -> [MeasureOutput] {
        var output = MeasureOutput(name, under: condition) { journal, subject in
            try run(on: subject(), journal: journal)
        }
        output.siblings = MeasureName.allCases.map(\.rawValue)
        output.inputs = try evaluation.inputs(of: condition)
        output.ownInputs = try inputs(of: evaluation)
        return [output]
    }

    package func batches(
        of conditions: [EvaluationCondition], in evaluation: Evaluation
    ) throws -> [[EvaluationCondition]] { [conditions] }

    package func finish(_ batch: [EvaluationCondition], isLast: Bool, of evaluation: Evaluation) throws {}

    package func inputs(of evaluation: Evaluation) throws -> JSONObject { JSONObject() }

    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> MeasureResult {
        preconditionFailure("\(name) computes its outputs itself")
    }
}

/// One result file of a measure: where it goes, what decides it, and how it is computed.
package struct MeasureOutput {
    /// The file's name without `.json`.
    var name: String
    /// In tables; nil: its name.
    var title: String?
    var condition: EvaluationCondition
    /// Below the experiment's folder.
    var folder: String
    /// Every result that shares the folder's inputs.
    var siblings: [String]
    /// Inputs of all results of the folder.
    var inputs = JSONObject()
    /// Further inputs of this result.
    var ownInputs = JSONObject()
    /// Worth knowing, but without influence; nil: what is usual.
    var circumstances: JSONObject?
    /// Whether the reference writes `…_metrics.json` beside it.
    var hasMetricsFile = true
    /// Called before a result that is there is looked at.
    var prepare: (ResultSection) throws -> Void = { _ in }
    /// Makes the result, of the subject if it asks for it.
    var compute: (CaseJournal, () throws -> EvaluationSubject) throws -> MeasureResult

    init(
        _ name: String, under condition: EvaluationCondition, folder: String? = nil,
        compute: @escaping (CaseJournal, () throws -> EvaluationSubject) throws -> MeasureResult
    ) {
        self.name = name
        self.condition = condition
        self.folder = folder ?? condition.folder
        siblings = [name]
        self.compute = compute
    }
}

// MARK: - Numbers

extension Measure {
    /// The metric `key`; nil of numbers that the measure does not declare.
    func metric(_ key: String) -> MetricForm? { metrics.first { $0.key == key } }

    /// A mean over samples; nil of what is none.
    ///
    /// - Parameter key: what the random numbers of its interval are named after; nil: the measure.
    func mean(_ form: MetricForm, of entries: [JSONValue], _ bootstrap: Bootstrap, key: String? = nil)
        -> Metric?
    {
        guard case .mean(let parts) = form.source else { return nil }
        let values = entries.compactMap { entry -> Double? in
            let found = parts(entry)
            return found.isEmpty ? nil : SampleValue(key: "", parts: found).mean
        }
        var name = form.key
        if case .misspelling(let right) = form.role { name = right }
        return Metric(values: values, bootstrap: bootstrap, key: "\(key ?? self.name).\(name)")
    }

    /// The `metrics` of a result of `entries`, as the reference writes them: the intervals of plain numbers come
    /// last.
    ///
    /// - Parameter settings: the numbers that say how it was measured.
    func numbers(
        of entries: [JSONValue], _ bootstrap: Bootstrap, key: String? = nil, settings: [String: Int] = [:]
    ) -> JSONObject {
        var object = JSONObject()
        var intervals = JSONObject()
        for form in metrics {
            switch form.source {
            case .setting: object[form.key] = settings[form.key].map { .integer($0) }
            case .judgements(let score, let judgement):
                let judgements = entries.compactMap(judgement)
                let interval = score.interval(
                    of: judgements, bootstrap, key: "\(key ?? name).\(form.key)")
                object[form.key] = .number(score.value(of: judgements))
                intervals["\(form.key)_interval"] = interval?.json ?? .null
            case .mean:
                guard let metric = mean(form, of: entries, bootstrap, key: key) else { continue }
                object[form.key] = form.isPlain ? .number(metric.mean) : metric.json
                if form.isPlain { intervals["\(form.key)_interval"] = metric.interval?.json ?? .null }
            }
        }
        for (key, value) in intervals.members { object[key] = value }
        return object
    }
}
