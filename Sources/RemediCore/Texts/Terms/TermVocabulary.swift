import Foundation
import LanguageModels

/// The terms of a `TermVectorizer` and their places in its vectors: 0 up to one less than there are.
package struct TermVocabulary: Sendable {
    private var table: ByteStringTable
    /// Each term's place, in the order of the table.
    private var places: [Int32]

    package var count: Int { places.count }

    /// Reads ROME's `tfidf_vocab.json`, an object from terms to places.  The terms lie end to end in memory:
    /// 1.4 million of them take less than 100 MB.
    ///
    /// - Throws: `RemediError.malformedData` for places that are missing, shared or out of range and for terms
    ///   given twice, `LanguageModelError` if the file cannot be read.
    package init(file: URL) throws {
        let source = try RandomAccessFile(file)
        try GitPointer.refuse(source)
        // ROME's file has 23 bytes a term; a guess that is too low only costs time.
        table = ByteStringTable(capacity: source.byteCount / 20)
        places = []
        do {
            var scanner = try JSONScanner(reading: source.read)
            try scanner.beginObject()
            var term: [UInt8] = []
            while try scanner.nextMember(into: &term) {
                guard term.withUnsafeBufferPointer({ table.insert($0).isNew }) else {
                    throw scanner.error("the term '\(String(decoding: term, as: UTF8.self))' occurs twice")
                }
                let place = try scanner.integer()
                guard let place = Int32(exactly: place), place >= 0 else {
                    throw scanner.error("the place \(place) is out of range")
                }
                places.append(place)
            }
            try scanner.end()
        } catch let error as JSONError {
            throw RemediError.malformedData(path: file.path, reason: "byte \(error.byte): \(error.reason)")
        }
        try checkPlaces(path: file.path)
    }

    /// Terms whose places are their numbers.
    ///
    /// - Parameter terms: each once.
    init(terms: some Sequence<some Collection<UInt8>>) {
        (table, places) = (ByteStringTable(), [])
        for term in terms {
            let (number, isNew) = Array(term).withUnsafeBufferPointer { table.insert($0) }
            precondition(isNew, "a term twice")
            places.append(Int32(number))
        }
    }

    /// The place of a term, given by its UTF-8 bytes; nil if it is not in the vocabulary.
    func place(of term: UnsafeBufferPointer<UInt8>) -> Int32? { table.find(term).map { places[$0] } }

    package func place(of term: String) -> Int? {
        var term = term
        return term.withUTF8 { place(of: $0) }.map { Int($0) }
    }

    private func checkPlaces(path: String) throws {
        var owners = [Int32](repeating: -1, count: count)
        func text(_ number: some BinaryInteger) -> String {
            String(decoding: table[Int(number)], as: UTF8.self)
        }
        for (number, place) in places.enumerated() {
            guard place < count else {
                throw RemediError.malformedData(
                    path: path,
                    reason: "the term '\(text(number))' has the place \(place), and there are \(count) terms")
            }
            guard owners[Int(place)] < 0 else {
                throw RemediError.malformedData(
                    path: path,
                    reason: "the terms '\(text(owners[Int(place)]))' and '\(text(number))' share the place"
                        + " \(place)")
            }
            owners[Int(place)] = Int32(number)
        }
    }
}
