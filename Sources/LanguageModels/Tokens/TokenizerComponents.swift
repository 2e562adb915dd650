extension Normalizer {
    /// - Throws: `LanguageModelError`.
    init(settings: ComponentSettings?) throws {
        steps = try settings.map(Self.read) ?? []
    }

    private static func read(_ settings: ComponentSettings) throws -> [Step] {
        switch try settings.string("type") {
        case "NFC": return [.composed]
        case "Prepend": return [.prepend(Array(try settings.string("prepend").utf8))]
        case "Replace":
            let (pattern, content) = try settings.replacement()
            return [.replace(Array(pattern.utf8), with: Array(content.utf8))]
        case "Sequence": return try settings.components("normalizers").flatMap(read)
        default: throw settings.unsupported("type")
        }
    }
}

extension ComponentSettings {
    /// `pattern` (a plain string) and `content` of a replacement.
    fileprivate func replacement() throws -> (pattern: String, content: String) {
        guard let pattern = object["pattern"]?["String"]?.string, !pattern.isEmpty else {
            throw unsupported("pattern")
        }
        return (pattern, try string("content"))
    }
}

extension PreTokenizer {
    /// - Throws: `LanguageModelError`.
    init(settings: ComponentSettings?) throws {
        if let settings { try add(settings) }
    }

    private mutating func add(_ settings: ComponentSettings) throws {
        let type = try settings.string("type")
        // Bytes cannot be split any more.
        guard !wordsAreBytes else { throw settings.unsupported("type") }
        switch type {
        case "Sequence": for part in try settings.components("pretokenizers") { try add(part) }
        case "ByteLevel":
            if try settings.bool("add_prefix_space", default: true) { steps.append(.prefixSpace) }
            if try settings.bool("use_regex", default: true) { steps.append(.pattern(.gpt2)) }
            wordsAreBytes = true
        case "Split": steps.append(.pattern(try settings.splitPattern()))
        case "Digits":
            steps.append(.digits(individual: try settings.bool("individual_digits", default: false)))
        case "Whitespace": steps.append(.words)
        case "WhitespaceSplit": steps.append(.spaces)
        case "Metaspace":
            let replacement = try settings.scalar("replacement")
            let split = try settings.bool("split", default: true)
            steps.append(
                .metaspace(
                    replacement: Array(String(replacement).utf8), prepend: try settings.prependScheme(),
                    split: split))
        default: throw settings.unsupported("type")
        }
    }
}

extension ComponentSettings {
    /// The matcher of a `Split`.
    fileprivate func splitPattern() throws -> SplitPattern {
        guard let text = object["pattern"]?["Regex"]?.string, let pattern = SplitPattern(text: text) else {
            throw unsupported("pattern")
        }
        // The patterns leave no gaps, so keeping the matches apart and removing what is no match is the same.
        let invert = try bool("invert", default: false)
        switch try string("behavior") {
        case "Isolated": return pattern
        case "Removed" where invert: return pattern
        default: throw unsupported("behavior")
        }
    }

    /// When a `Metaspace` puts its mark in front; older files say `add_prefix_space`.
    fileprivate func prependScheme() throws -> PreTokenizer.PrependScheme {
        guard present("prepend_scheme") != nil else {
            return try bool("add_prefix_space", default: true) ? .always : .never
        }
        guard let scheme = PreTokenizer.PrependScheme(rawValue: try string("prepend_scheme")) else {
            throw unsupported("prepend_scheme")
        }
        return scheme
    }
}

extension PostProcessor {
    /// - Throws: `LanguageModelError`.
    init(settings: ComponentSettings?) throws {
        if let settings { try add(settings) }
    }

    private mutating func add(_ settings: ComponentSettings) throws {
        switch try settings.string("type") {
        case "Sequence": for part in try settings.components("processors") { try add(part) }
        case "ByteLevel":
            guard try settings.bool("trim_offsets", default: true) else { return }
            trimming = Trimming(keepsFirstSpace: try settings.bool("add_prefix_space", default: true))
        case "TemplateProcessing": startTokens = try Self.frontTokens(settings) + startTokens
        default: throw settings.unsupported("type")
        }
    }

    /// The tokens that a template puts before the text.
    private static func frontTokens(_ settings: ComponentSettings) throws -> [Int] {
        var front: [Int] = []
        for piece in try settings.components("single") {
            if piece.object["Sequence"] != nil { return front }
            guard let name = piece.object["SpecialToken"]?["id"]?.string else {
                throw settings.malformed("single", "a list of tokens and one text")
            }
            guard let ids = settings.object["special_tokens"]?[name]?["ids"]?.array else {
                throw settings.malformed("special_tokens", "complete: \"\(name)\" is not there")
            }
            for id in ids {
                guard let id = id.integer else {
                    throw settings.malformed("special_tokens", "a table of ids")
                }
                front.append(id)
            }
        }
        throw settings.malformed("single", "a list of tokens and one text")
    }
}

extension TokenDecoder {
    /// - Throws: `LanguageModelError`.
    init(settings: ComponentSettings?) throws {
        steps = try settings.map(Self.read)
    }

    private static func read(_ settings: ComponentSettings) throws -> [Step] {
        switch try settings.string("type") {
        case "ByteLevel": return [.byteLevel]
        case "ByteFallback": return [.byteFallback]
        case "Fuse": return [.fuse]
        case "Strip":
            let (start, stop) = (try settings.count("start"), try settings.count("stop"))
            return [.strip(try settings.scalar("content"), start: start, stop: stop)]
        case "Replace":
            let (pattern, content) = try settings.replacement()
            return [.replace(pattern, with: content)]
        case "Metaspace":
            let scheme = try settings.prependScheme()
            return [.metaspace(try settings.scalar("replacement"), vanishesFirst: scheme != .never)]
        case "Sequence": return try settings.components("decoders").flatMap(read)
        default: throw settings.unsupported("type")
        }
    }
}
