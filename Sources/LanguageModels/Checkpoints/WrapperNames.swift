/// Prefixes that training programs put in front of the names of tensors.
package enum WrapperNames {
    /// Of torch's wrappers: data parallel and DeepSpeed, compiled, fully sharded, checkpointed modules.  They
    /// stand wherever a module was wrapped; no family's own names have such a part.
    private static let parts: Set<Substring> = [
        "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
    ]

    /// `name` as the model that was wrapped has it.
    package static func stripped(_ name: String) -> String {
        let split = name.split(separator: ".", omittingEmptySubsequences: false)
        guard split.contains(where: parts.contains) else { return name }
        return split.filter { !parts.contains($0) }.joined(separator: ".")
    }

    /// Buffers that checkpoints of older programs hold beside the weights, by the last parts of their names:
    /// masks and tables that follow from the configuration.
    private static let buffers = [
        "attn.bias", "attn.masked_bias", "attention.bias", "attention.masked_bias", "rotary_emb.inv_freq",
        "rotary_emb.original_inv_freq", "rotary_emb.cos_cached", "rotary_emb.sin_cached",
        "attn.embed_positions",
        "position_ids",
    ]

    /// Whether a tensor of this name is a buffer that changes nothing where it is not read.
    static func isBuffer(_ name: String) -> Bool {
        buffers.contains { name == $0 || name.hasSuffix("." + $0) }
    }
}
