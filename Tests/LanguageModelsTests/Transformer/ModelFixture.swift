import Compute
import Foundation
import LanguageModels
import XCTest

/// A tiny checkpoint of `Fixtures/models` and what `transformers` computes with it
/// (Scripts/oracle/tiny_models.py).
struct ModelFixture {
    static let names = [
        "gpt2", "gpt2-scaled", "gptj", "gpt_neo", "gpt_neox", "gpt_neox-sequential", "llama", "llama-tied",
        "mistral", "qwen2", "qwen3", "olmo2", "smollm3", "gemma", "gemma3_text", "phi", "phi3", "stablelm",
        "stablelm-parallel", "starcoder2",
    ]

    /// Edits of some sequences at one block, and the vector-Jacobian product of the logits read.
    struct EditCase {
        struct Item {
            let sequence: Int
            let tokens: Range<Int>
            let read: [Int]
            let direction: Int
        }

        let block: Int
        let alpha: Float
        let beta: Float
        let items: [Item]
        let directions: [[Float]]
        let cotangent: [Float]
        let logits: [Float]
        let gradient: [Float]
    }

    let name: String
    let sequences: [[Int]]
    let greedy: [[Int]]
    let edits: [EditCase]
    private let tensors: [String: StoredTensor]

    static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/models")
    }

    static func checkpoint(_ name: String) throws -> Checkpoint {
        try Checkpoint(folder: folder.appendingPathComponent(name))
    }

    static func model(
        _ name: String, threads: Int = 2, elementType: ElementType? = nil, batchBytes: Int = 128 << 20
    ) throws -> LanguageModel {
        try model(
            checkpoint(name), threads: threads, elementType: elementType, batchBytes: batchBytes)
    }

    static func model(
        _ checkpoint: Checkpoint, threads: Int = 2, elementType: ElementType? = nil,
        batchBytes: Int = 128 << 20
    ) throws -> LanguageModel {
        try model(
            checkpoint, on: CPUBackend(threads: threads), elementType: elementType, batchBytes: batchBytes)
    }

    static func model(
        _ checkpoint: Checkpoint, on backend: any ComputeBackend, elementType: ElementType? = nil,
        batchBytes: Int = 128 << 20, notice: @escaping @Sendable (MemoryShortage) -> Void = { _ in }
    ) throws -> LanguageModel {
        try LanguageModel(
            checkpoint: checkpoint,
            tokenizer: Tokenizer(folder: folder.appendingPathComponent("tokenizer")),
            name: checkpoint.folder.lastPathComponent, backend: backend, elementType: elementType,
            batchBytes: batchBytes, notice: notice)
    }

    init(_ name: String) throws {
        self.name = name
        let json = Self.folder.appendingPathComponent("\(name).expected.json")
        let description = try JSONValue(parsing: Data(contentsOf: json))
        let file = Self.folder.appendingPathComponent("\(name).expected.safetensors")
        let tensors = Dictionary(
            uniqueKeysWithValues: try SafeTensors.read(file).tensors.map { ($0.name, $0) })
        self.tensors = tensors
        sequences = try Self.lists(description["sequences"])
        greedy = try Self.lists(description["greedy"])
        edits = try XCTUnwrap(description["edits"]?.array).enumerated().map { index, edit in
            try Self.editCase(edit, "edit.\(index).", tensors)
        }
    }

    /// Expected logits of a sequence, [T, V].
    func logits(_ sequence: Int) throws -> [Float] {
        try XCTUnwrap(tensors["logits.\(sequence)"]).floats()
    }

    /// Expected states of a sequence, [L, T, D].
    func states(_ sequence: Int) throws -> [Float] {
        try XCTUnwrap(tensors["states.\(sequence)"]).floats()
    }

    private static func editCase(
        _ edit: JSONValue, _ start: String, _ tensors: [String: StoredTensor]
    ) throws -> EditCase {
        let items = try XCTUnwrap(edit["sequences"]?.array).map { item in
            let range = try Self.list(item["tokens"])
            return EditCase.Item(
                sequence: try XCTUnwrap(item["sequence"]?.integer), tokens: range[0]..<range[1],
                read: try Self.list(item["read"]), direction: try XCTUnwrap(item["direction"]?.integer))
        }
        let directions = try XCTUnwrap(tensors[start + "directions"])
        let values = directions.floats()
        let size = directions.shape[1]
        return EditCase(
            block: try XCTUnwrap(edit["block"]?.integer),
            alpha: Float(try XCTUnwrap(edit["alpha"]?.double)),
            beta: Float(try XCTUnwrap(edit["beta"]?.double)), items: items,
            directions: (0..<directions.shape[0]).map { Array(values[$0 * size..<($0 + 1) * size]) },
            cotangent: try XCTUnwrap(tensors[start + "cotangent"]).floats(),
            logits: try XCTUnwrap(tensors[start + "logits"]).floats(),
            gradient: try XCTUnwrap(tensors[start + "gradient"]).floats())
    }

    private static func lists(_ value: JSONValue?) throws -> [[Int]] {
        try XCTUnwrap(value?.array).map { try list($0) }
    }

    private static func list(_ value: JSONValue?) throws -> [Int] {
        try XCTUnwrap(value?.array).map { try XCTUnwrap($0.integer) }
    }
}

/// The largest absolute difference of two vectors; infinite if their lengths differ or one is not a number.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    var largest: Float = 0
    for (x, y) in zip(a, b) {
        let difference = abs(x - y)
        if !(difference <= largest) { largest = difference.isNaN ? .infinity : difference }
    }
    return largest
}

/// ‖a − b‖ / ‖b‖; infinite if their lengths differ.
func relativeDifference(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, norm) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        norm += Double(y) * Double(y)
    }
    return difference.isNaN ? .infinity : (difference / norm).squareRoot()
}

extension LanguageModel {
    /// All positions of some sequences.
    func allPositions(_ sequences: [[Int]]) -> [Position] {
        sequences.enumerated().flatMap { index, tokens in
            tokens.indices.map { Position(sequence: index, token: $0) }
        }
    }

    /// A matrix with these rows.
    func matrix(_ rows: [[Float]]) throws -> Matrix {
        let matrix = try backend.makeMatrix(rows: rows.count, columns: rows[0].count)
        backend.write(rows.flatMap { $0 }, into: matrix)
        return matrix
    }
}
