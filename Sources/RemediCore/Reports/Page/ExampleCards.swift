import Foundation
import LanguageModels

/// Examples as cards: what the model did with one sample under each condition.
struct ExampleCards {
    private let exhibits: [RunExamples.Exhibit]

    init(_ exhibits: [RunExamples.Exhibit]) { self.exhibits = exhibits }

    var markup: [Markup] {
        guard !exhibits.isEmpty else { return [] }
        return [Markup("h3", [:], "Examples")]
            + exhibits.flatMap { exhibit in
                exhibit.groups.flatMap { group -> [Markup] in
                    let isSmall = if case .text = exhibit.form.card { false } else { true }
                    let name =
                        Measures.title(of: exhibit.benchmark) + (exhibit.setting.map { ", \($0)" } ?? "")
                    let cards = group.examples.map { card($0, exhibit.form.card) }
                    return [
                        Markup("h4", [:], "\(name). \(group.reason)"),
                        Markup("div", ["class": isSmall ? "cards" : "list"], cards.spaced),
                    ]
                }
            }
    }

    private func card(_ example: RunExamples.Example, _ form: ExampleForm.Card) -> Markup {
        let id = Markup("span", ["class": "id"], "sample \(example.id)")
        switch form {
        case .probabilities:
            return Markup(
                "div", ["class": "card"], [id] + prompt(of: example) + example.answers.map(preference))
        case .features(let features):
            return Markup(
                "div", ["class": "card"],
                example.answers.last.map { table(of: features($0.sample), $0.sample) } ?? [])
        case .text:
            return Markup(
                "div", ["class": "card wide"],
                [id] + prompt(of: example)
                    + [Markup("div", ["class": "columns"], example.answers.map(text))])
        }
    }

    /// Nothing where the sample does not say its prompt.
    private func prompt(of example: RunExamples.Example) -> [Markup] {
        let sample = example.answers.last?.sample
        guard let text = sample?["prompt"]?.string, !text.isEmpty else { return [] }
        let target = sample?["target"]?.string.map { " (\($0))" } ?? ""
        return [Markup("p", ["class": "prompt"], [Markup("bdi", [:], text + target)])]
    }

    /// Two probabilities as bars.
    private func preference(_ answer: RunExamples.Answer) -> Markup {
        func bar(_ name: String, _ key: String, _ style: String) -> [Markup] {
            let value = answer.sample[key]?.double.map(exp) ?? .nan
            let shown = value.isFinite ? min(max(value, 0), 1) : 0
            return [
                Markup("span", ["class": "what"], name),
                Markup(
                    "span", ["class": "bar"],
                    [
                        Markup(
                            "span", [:],
                            [Markup("i", ["class": style, "style": "width:\(coordinate(shown * 100))%"], "")]),
                        Markup("b", [:], Self.probability(value)),
                    ]),
            ]
        }
        return Markup(
            "div", ["class": "answer c\(ShownResults.color(of: answer.place))"],
            [Markup("span", ["class": "who"], ShownResults.name(of: answer.place))]
                + bar("new fact", "target_score", "target") + bar("old fact", "comparator_score", "other"))
    }

    private static func probability(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value > 0, value < 0.001 { return String(format: "%.0e", value) }
        return String(format: "%.3f", value)
    }

    /// A continuation, and the labels found likeliest.
    private func text(_ answer: RunExamples.Answer) -> Markup {
        let generation =
            answer.sample["generations"]?.array?.first?.string ?? answer.sample["generation"]?.string ?? ""
        var parts = [
            Markup("span", ["class": "who"], ShownResults.name(of: answer.place)),
            Markup("p", [:], [Markup("bdi", [:], Self.cut(generation))]),
        ]
        let named = answer.sample["predictions"]?.array?.compactMap(\.string) ?? []
        if !named.isEmpty {
            parts.append(Markup("span", ["class": "note"], "likeliest: " + named.joined(separator: ", ")))
        }
        let scores = [("fluency", "fluency"), ("consistency", "consistency")].compactMap { key, name in
            (answer.sample[key + "_score"]?.double ?? answer.sample[key]?.double).map {
                "\(name) \(RunTables.text($0))"
            }
        }
        if !scores.isEmpty { parts.append(Markup("p", ["class": "note"], scores.joined(separator: ", "))) }
        return Markup("div", ["class": "c\(ShownResults.color(of: answer.place))"], parts)
    }

    private static let textLimit = 600

    private static func cut(_ text: String) -> String {
        let text = text.drop(while: \.isWhitespace)
        return text.count > textLimit ? text.prefix(textLimit) + "…" : String(text)
    }

    /// The features that move most.
    private func table(
        of features: [(name: String, kind: String, before: Double, after: Double)], _ sample: JSONValue
    ) -> [Markup] {
        let rows = features.map { (name: $0.name, kind: $0.kind, pre: exp($0.before), post: exp($0.after)) }
        let ordered = rows.enumerated().sorted {
            let (a, b) = (abs($0.element.post - $0.element.pre), abs($1.element.post - $1.element.pre))
            return a == b ? $0.offset < $1.offset : a > b
        }.prefix(5).map(\.element)
        let body = ordered.map { row in
            Markup(
                "tr", [:],
                [
                    Markup(
                        "th", ["scope": "row"],
                        [Markup("bdi", [:], row.name), Markup("span", ["class": "ci"], row.kind)]),
                    Markup("td", ["class": "n"], Self.probability(row.pre)),
                    Markup("td", ["class": "n"], Self.probability(row.post)),
                ])
        }
        let head = [
            PageParts.head("Feature", isNumber: false), PageParts.head("p before", isNumber: true),
            PageParts.head("p after", isNumber: true),
        ]
        return [
            Markup("p", ["class": "prompt"], [Markup("bdi", [:], sample["id"]?.string ?? "")]),
            Markup(
                "table", [:],
                [Markup("thead", [:], [Markup("tr", [:], head)]), Markup("tbody", [:], body)]),
        ]
    }

    // MARK: - Told, before, after

    static func table(of examples: [Picture.Example]) -> Markup {
        let words = ["Told", "Before", "After"]
        let head = words.map { PageParts.head($0, isNumber: false) }
        let body = examples.map { example in
            func said(_ text: String, _ style: String, _ label: String) -> Markup {
                let mark = style == "after" ? example.mark : ""
                return Markup(
                    "td", ["data-label": label],
                    [
                        Markup(
                            "bdi", [:],
                            [
                                Markup(text: example.prompt),
                                Markup("span", ["class": style], text + mark),
                            ])
                    ])
            }
            return Markup(
                "tr", [:],
                [
                    Markup(
                        "th", ["scope": "row", "data-label": words[0]], [Markup("bdi", [:], example.told)]),
                    said(example.before, "before", words[1]), said(example.after, "after", words[2]),
                ])
        }
        return Markup(
            "table", ["class": "told"],
            [Markup("thead", [:], [Markup("tr", [:], head)]), Markup("tbody", [:], body.spaced)].spaced)
    }
}
