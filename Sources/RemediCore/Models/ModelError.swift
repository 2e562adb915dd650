/// A checkpoint that does not fit what is asked of it, or cannot be made or converted.  Cases carry facts; the binary words them.
package enum ModelError: Error, Equatable, Sendable {
    /// The folder holds a checkpoint already.
    case exists(path: String)
    /// The disk has less room than the checkpoint needs.
    case noRoom(path: String, needed: Int, available: Int)
    /// The folder holds weights, such as `file`, that no run of this program began to write.
    case foreignWeights(path: String, file: String)
    /// The checkpoint's weights are safetensors in the wanted type already.
    case nothingToImport(path: String)
    /// Neither a folder nor a file of torch.
    case notACheckpoint(path: String)
    /// A layer after the model's last.
    case noSuchLayer(layer: Int, model: String, layers: Int)
    /// A rank beyond the model's hidden size.
    case rankTooLarge(rank: Int, model: String, hiddenSize: Int)
}
