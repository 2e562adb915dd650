/// Something about a checkpoint's weights that its reader should know.  The binary words it.
package enum WeightNote: Sendable, Equatable {
    /// The configuration ties the head to the embedding, but both are stored with different values: the
    /// stored head is used, as by transformers 5.
    case headDiffers(head: String, embedding: String)
    /// Tensors that the model does not use.
    case unused(names: [String])
    /// So many tensors are stored as F64 and rounded to float32.
    case rounded(count: Int)
}
