import Foundation
import LanguageModels

extension Dataset {
    /// A pickle may make so many values; 50,000 honest records take a quarter of them.
    private static let pickleValueLimit = 10_000_000
    /// A record may hold so many values and bytes of text.
    private static let recordBudget = 1 << 20
    /// All records together may hold the file's size times this, for a pickle may have one text many times.
    private static let repetitionLimit = 8
    private static let repetitionAllowance = 16 << 20

    /// Reads a pickled list of records, of which nothing is ever executed (`PickleReader`).
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError` if the file cannot be read.
    mutating func readBiosBias(_ file: URL) throws {
        let mapped = try MappedFile(file)
        func malformed(_ reason: String) -> RemediError { .malformedData(path: file.path, reason: reason) }
        let records: [PickleValue]
        do {
            let value = try withExtendedLifetime(mapped) {
                var reader = PickleReader(bytes: mapped.bytes)
                return try reader.read(itemLimit: BiosBias.recordLimit, valueLimit: Self.pickleValueLimit)
            }
            guard case .list(let list) = value else { throw malformed("the pickle is not a list of records") }
            records = list.items
        } catch let error as PickleError {
            throw malformed("not a pickle of plain records: byte \(error.byte): \(error.reason)")
        }
        recordLimit = BiosBias.recordLimit
        var left = mapped.byteCount * Self.repetitionLimit + Self.repetitionAllowance
        for (number, record) in records.enumerated() {
            guard let dictionary = record.dictionary else {
                throw malformed("record \(number) is not a dict")
            }
            do {
                var budget = Self.recordBudget
                let source = try record.json(budget: &budget) ?? .null
                left -= Self.recordBudget - budget
                guard left >= 0 else { throw PickleValue.JSONFailure.tooLarge }
                append(try BiosBias.sample(of: dictionary, source: source))
            } catch PickleValue.JSONFailure.tooLarge {
                throw malformed("record \(number) holds more than such a file can: parts that repeat")
            } catch RecordError.missing(let key) {
                throw malformed("record \(number): \(key) is missing or of the wrong kind")
            } catch RecordError.unusable(let id, let reason) {
                drop(id: id, reason: reason)
            }
            recordCount += 1
        }
    }
}
