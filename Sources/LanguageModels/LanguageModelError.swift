/// Errors of a checkpoint folder, its configuration, tokenizer or a request to a model.
/// Cases carry facts; the binary words them.
package enum LanguageModelError: Error, Equatable, Sendable {
    /// A file is missing.
    case fileMissing(path: String)
    /// A file cannot be read; `reason` is the system's message.
    case unreadable(path: String, reason: String)
    /// Bytes that do not follow their format; `reason` says where and what was expected.
    case malformed(path: String, reason: String)
    /// A folder with a tokenizer in a form that is not read, in the file `found`.
    case tokenizerMissing(folder: String, found: String, form: TokenizerForm)
    /// A tensor that the family needs is not in the checkpoint.
    case tensorMissing(name: String, path: String)
    /// A tensor has the wrong shape.
    case tensorShape(name: String, expected: [Int], found: [Int])
    /// A tensor's element type is not F32, F16, BF16 or F64.
    case elementType(name: String, found: String)
    /// `model_type` is not in the table of families.
    case unknownFamily(name: String, known: [String])
    /// A configuration key has a value that is not supported.
    case unsupportedSetting(key: String, value: String, path: String)
    /// A configuration key is absent or of the wrong kind.
    case configuration(key: String, path: String, reason: String)
    /// A number of the configuration that no model can have.
    case outOfRange(key: String, value: String, path: String)
    /// The sizes of the configuration multiply to more parameters than can be handled.
    case tooManyParameters(limit: Int, path: String)
    /// A weight's value that is too large for the element type it is to be rounded to.
    case doesNotFit(name: String, value: Float, type: String)
    /// A weight stored as F64 with a finite value that no float32 holds.
    case beyondSingle(name: String, value: Double)
    /// A block number outside the model.
    case noSuchBlock(block: Int, blocks: Int)
    /// A text is longer than the model can read.
    case tooLong(tokens: Int, limit: Int)
    /// A substring does not occur (that often) in a text.
    case substringMissing(substring: String, text: String, occurrence: Int)
    /// The device has no room, not even for half of what was asked at first.
    case outOfMemory(MemoryShortage)
    /// An edit touches no token, or tokens outside its sequence.
    case emptyEdit(sequence: Int)
    /// A file cannot be written; `reason` is the system's message.
    case unwritable(path: String, reason: String)
    /// The file system of `path` has less room than what is to be written takes.
    case noRoom(path: String, byteCount: Int, free: Int)
    /// Another process uses the folder; `owner` says which.
    case locked(path: String, owner: String)
}
