/// Forms of tokenizers that checkpoints have, and that are not read.
package enum TokenizerForm: Sendable, CaseIterable {
    case sentencePiece, tiktoken, wordPiece
    /// The merges of a byte-pair tokenizer without their vocabulary.
    case merges

    /// The names under which a checkpoint holds it.
    var fileNames: [String] {
        switch self {
        case .sentencePiece: ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"]
        case .tiktoken: ["tiktoken.model", "tekken.json"]
        case .wordPiece: ["vocab.txt"]
        case .merges: ["merges.txt"]
        }
    }
}
