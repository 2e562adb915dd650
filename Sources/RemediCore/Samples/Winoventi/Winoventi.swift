import Foundation
import LanguageModels

/// Winoventi's rows (Semantics.md §2.5): two sentences about a word, the second with a mask at its end.
package enum Winoventi {
    static let columns = [
        "Word", "Associative Bias", "Alternative", "biased_word_context", "adversarial_word_context",
        "masked_prompt", "target", "incorrect", "test_type",
    ]

    /// Makes the sample of one row, whose fields are in the order of `columns`.
    ///
    /// A context word counts from the start of the word's first mention on, so one that is part of the
    /// word itself ("mixer" in "cement mixer") counts too.
    ///
    /// - Throws: `RecordError.unusable`.
    static func sample(of fields: [String]) throws -> Sample {
        let word = fields[0]
        let maskedPrompt = fields[5]
        let (target, incorrect) = (fields[6], fields[7])
        let id = "\(word)_\(target)_\(incorrect)"
        guard maskedPrompt.countOfExactly(". ") == 1, let stop = maskedPrompt.firstRange(ofExactly: ". ")
        else { throw RecordError.unusable(id: id, reason: "not two sentences") }
        guard !word.isEmpty, maskedPrompt.countOfExactly(word) == 2 else {
            throw RecordError.unusable(id: id, reason: "the word is not mentioned twice")
        }
        let context = String(maskedPrompt[..<stop.lowerBound])
        let prompt = String(maskedPrompt[stop.upperBound...])
        guard let mention = context.firstRange(ofExactly: word) else {
            throw RecordError.unusable(id: id, reason: "the word is not in the first sentence")
        }
        let said = String(context[mention.lowerBound...])
        guard fields[3...4].contains(where: { !$0.isEmpty && said.containsExactly($0) }) else {
            throw RecordError.unusable(id: id, reason: "no context word after the word")
        }
        return Sample(
            id: id, entity: word, attribute: String(context[mention.upperBound...]).trimming(". "),
            context: context, prompt: prompt.replacingExactly("[MASK]", with: "").trimming(". "),
            targetMediated: target, targetUnmediated: incorrect,
            source: .object(source(of: fields)))
    }

    private static func source(of fields: [String]) -> JSONObject {
        var object = JSONObject()
        for (column, field) in zip(columns, fields) { object[column] = .string(field) }
        return object
    }
}

extension Dataset {
    /// Reads the tab-separated file.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError.fileMissing`, `.unreadable`.
    mutating func readWinoventi(_ file: URL) throws {
        func malformed(_ reason: String) -> RemediError { .malformedData(path: file.path, reason: reason) }
        let mapped = try MappedFile(file)
        let text = try withExtendedLifetime(mapped) { try TableText.read(mapped, allowsLatin1: false) }
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }[...]
        while lines.last?.isEmpty == true { lines.removeLast() }
        let header = lines.popFirst()?.split(separator: "\t", omittingEmptySubsequences: false) ?? []
        guard header.elementsEqual(Winoventi.columns, by: { $0 == $1 }) else {
            if let found = TableText.otherSeparator(
                in: header.joined(separator: "\t"), naming: Winoventi.columns[0])
            {
                throw malformed(TableText.expectedTabs(found))
            }
            throw malformed("the first line is not \(Winoventi.columns.joined(separator: ", "))")
        }
        for (index, line) in lines.enumerated() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            // Spreadsheets write rows that look empty as tabs alone.
            if fields.count > 1, fields.allSatisfy(\.isEmpty) { continue }
            guard fields.count == Winoventi.columns.count else {
                throw malformed(
                    "line \(index + 2) has \(fields.count) fields, not \(Winoventi.columns.count)")
            }
            recordCount += 1
            do {
                append(try Winoventi.sample(of: fields))
            } catch RecordError.unusable(let id, let reason) {
                drop(id: id, reason: reason)
            }
        }
    }
}
