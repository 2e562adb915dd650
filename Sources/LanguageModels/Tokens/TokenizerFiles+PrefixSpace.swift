extension TokenizerFiles {
    /// Whether a text gets a space in front, where the files beside `tokenizer.json` say so.
    ///
    /// transformers 5.24 builds the pre-tokenizer of `GPT2Tokenizer` and its like itself, by
    /// `add_prefix_space` (false if not given).  Other classes take that of `tokenizer.json`; one that
    /// contradicts it is refused.
    func prefixSpace(
        in settings: JSONObject, of configuration: ComponentSettings
    ) throws -> JSONObject {
        let builds = try ["GPT2Tokenizer", "CodeGenTokenizer", "GPTNeoXTokenizer", "Qwen2Tokenizer"]
            .contains(namedClass())
        let given = configuration.present("add_prefix_space") != nil
        guard given || builds else { return settings }
        let wanted = try configuration.bool("add_prefix_space", default: false)
        var result = settings
        if builds, var pre = settings["pre_tokenizer"]?.object, pre["type"] == "ByteLevel" {
            if (pre["add_prefix_space"]?.bool ?? true) != wanted {
                pre["add_prefix_space"] = .bool(wanted)
                result["pre_tokenizer"] = .object(pre)
            }
        } else if given, try Self.addsSpace(settings, path: source.path) != wanted {
            throw LanguageModelError.configuration(
                key: "add_prefix_space", path: configuration.path,
                reason: "\(wanted), but tokenizer.json says \(!wanted)")
        }
        return result
    }

    /// Whether the components of `tokenizer.json` put a space in front of a text.
    private static func addsSpace(_ settings: JSONObject, path: String) throws -> Bool {
        let root = ComponentSettings(settings, place: "", path: path)
        return try Normalizer(settings: root.component("normalizer")).addsSpace
            || PreTokenizer(settings: root.component("pre_tokenizer")).addsSpace
    }
}
