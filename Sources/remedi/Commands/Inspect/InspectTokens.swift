import Foundation
import LanguageModels
import RemediCore

/// `inspect tokens`: how a text becomes tokens, and which of them a part of it covers.
package struct InspectTokens: Command {
    package static let name = "tokens"
    package static let summary = "shows a text's tokens, and those of a part of it"

    package var given = GivenArguments<InspectTokens>()
    var model = ModelArguments()
    var substring: String?
    var occurrence: Int?
    var asTarget = false
    var isJSON = false
    var text = ""

    package init() {}

    package static var positionals: [Positional<InspectTokens>] {
        [Positional("TEXT", \.text, .text("TEXT"), help: "the text to split")]
    }

    package static var options: [Option<InspectTokens>] {
        [
            ModelArguments.named(\.model.name), .revision(\.model.name.modelRevision),
            Option(
                "substring", \.substring, .optional(.text("TEXT")), group: "Tokens",
                help: "marks the tokens of this part of the text"),
            Option(
                "occurrence", \.occurrence, .optional(.integer(minimum: 0)), group: "Tokens",
                help: "which occurrence of the part, counted from 0, be it inside another word; if not given,"
                    + " the first that is a word of its own, or else the first"),
            Option(
                "as-target", \.asTarget, .flag, group: "Tokens",
                help: "splits the text as a target word: a space in front, no start token"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    package func check() throws(UsageError) {
        if substring != nil, asTarget { throw .conflict("substring", "as-target") }
    }

    package func run(in surroundings: Surroundings) throws {
        let tokenizer = try Tokenizer.open(model.locate(in: surroundings.workplace))
        if asTarget {
            let ids = tokenizer.tokens(ofWord: text)
            return try write(ids: ids, offsets: nil, range: nil, tokenizer, to: surroundings)
        }
        let encoding = tokenizer.encode(text)
        var range: Range<Int>?
        if let substring {
            let place =
                occurrence.map { LanguageModels.mention($0, of: substring, in: text) }
                ?? Mentions.first(of: substring, in: text)
            guard let place, let tokens = encoding.tokens(of: place)
            else {
                throw LanguageModelError.substringMissing(
                    substring: substring, text: text, occurrence: occurrence ?? 0)
            }
            range = tokens
        }
        try write(ids: encoding.ids, offsets: encoding.offsets, range: range, tokenizer, to: surroundings)
    }

    private func write(
        ids: [Int], offsets: [Range<Int>]?, range: Range<Int>?, _ tokenizer: Tokenizer,
        to surroundings: Surroundings
    ) throws {
        if isJSON {
            return try surroundings.write(json(ids: ids, offsets: offsets, range: range, tokenizer))
        }
        guard let offsets else {
            var report = TextTable(columns: [.init("id", .right), .init("token")])
            for id in ids { report.add(["\(id)", tokenizer.token(id)]) }
            return try surroundings.write(report)
        }
        let scalars = Array(text.unicodeScalars)
        var report = TextTable(columns: [
            .init("index", .right), .init("id", .right), .init("token"), .init("start", .right),
            .init("end", .right), .init("text"), .init(""),
        ])
        for (index, (id, place)) in zip(ids, offsets).enumerated() {
            var part = String.UnicodeScalarView()
            part.append(contentsOf: scalars[place.clamped(to: 0..<scalars.count)])
            report.add([
                "\(index)", "\(id)", tokenizer.token(id), "\(place.lowerBound)", "\(place.upperBound)",
                JSONValue.string(String(part)).text().withControlsEscaped,
                range?.contains(index) == true ? "<" : "",
            ])
        }
        try surroundings.write(report)
    }

    private func json(
        ids: [Int], offsets: [Range<Int>]?, range: Range<Int>?, _ tokenizer: Tokenizer
    ) -> JSONValue {
        func pair(_ range: Range<Int>) -> JSONValue {
            [.integer(range.lowerBound), .integer(range.upperBound)]
        }
        return [
            "ids": .array(ids.map { .integer($0) }),
            "tokens": .array(ids.map { .string(tokenizer.token($0)) }),
            "offsets": offsets.map { .array($0.map(pair)) } ?? .null,
            "range": range.map(pair) ?? .null,
        ]
    }
}

extension InspectTokens {
    package static let examples = [
        ExampleLine(
            "shows the tokens of a name in a sentence",
            #"remedi inspect tokens -m demo --substring Tharnmund "Hernwin Tharnmund plays""#)
    ]
}
