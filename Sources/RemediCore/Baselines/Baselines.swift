/// The table of baselines: the only place that lists them.
package enum Baselines {
    /// In the order of tables' rows.
    package static let all: [Baseline] = [.unedited, .prefix, .replace]

    static func named(_ name: String) -> Baseline? { all.first { $0.name == name } }

    /// As `--baseline` offers them.
    ///
    /// - Parameter others: whether those are among them that ask about other entities.
    package static func choices(askingAboutOthers others: Bool) -> [EvaluationOptions.Condition] {
        all.filter { others || !$0.asksAboutOthers }.map(\.name).sorted()
            .compactMap(EvaluationOptions.Condition.init(rawValue:))
    }
}

extension EvaluationOptions.Condition: RawRepresentable, CaseIterable {
    package init?(rawValue: String) {
        guard rawValue == Self.edited.rawValue || Baselines.named(rawValue) != nil else { return nil }
        self.init(rawValue)
    }

    package static let unedited = Self(Baseline.unedited.name)
    package static let prefix = Self(Baseline.prefix.name)
    package static let replace = Self(Baseline.replace.name)
    package static var allCases: [Self] { Baselines.all.map { Self($0.name) } + [edited] }

    /// nil: editors.
    package var baseline: Baseline? { Baselines.named(rawValue) }
}
