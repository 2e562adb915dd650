/// How texts are cut before bytes are merged: a value of `tokenizer.ggml.pre`, with what llama.cpp ties to it.
struct GGUFCut {
    let preTokenizer: JSONValue
    /// Whether texts are brought to composed form first.
    var composes = false
    /// Whether a whole word that is a token is not made by merges.
    var ignoresMerges = false
    /// Whether texts begin with a start token where the file does not say.
    var startsTexts = false

    /// - Parameter name: nil: the file does not say, as those of early converters.
    static func named(_ name: String?, architecture: String) -> GGUFCut? {
        switch name {
        case "gpt-2", "phi-2", "olmo", "jais", "mpt", "exaone", "roberta-bpe", "gigachat": return gpt2
        case "smollm", "starcoder", "refact", "command-r", "codeshell": return singleDigits
        case "llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral": return llama3
        case "qwen2", "stablelm2", "hunyuan", "megrez": return qwen2
        case nil where ["gpt2", "gptneox", "phi2"].contains(architecture): return gpt2
        case nil where architecture == "starcoder2": return singleDigits
        default: return nil
        }
    }

    private static let byteLevel: JSONValue = [
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    ]

    private static let gpt2 = GGUFCut(preTokenizer: byteLevel)

    private static let singleDigits = GGUFCut(preTokenizer: [
        "type": "Sequence", "pretokenizers": [["type": "Digits", "individual_digits": true], byteLevel],
    ])

    private static let qwen2 = GGUFCut(preTokenizer: split(SplitPattern.qwen2Text), composes: true)

    private static let llama3 = GGUFCut(
        preTokenizer: split(SplitPattern.llama3Text), ignoresMerges: true, startsTexts: true)

    private static func split(_ pattern: String) -> JSONValue {
        [
            "type": "Sequence",
            "pretokenizers": [
                [
                    "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
                    "invert": false,
                ],
                ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false],
            ],
        ]
    }
}
