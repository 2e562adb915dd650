import Foundation

/// The added and special tokens that the files beside a vocabulary declare: `tokenizer_config.json`,
/// `special_tokens_map.json` and `added_tokens.json`, with the precedence of transformers 5.24
/// (`PreTrainedTokenizerBase._from_pretrained`): where `tokenizer_config.json` has `added_tokens_decoder`, the
/// other two files are not read; elsewhere `special_tokens_map.json` overrides it.
struct DeclaredTokens {
    /// A token of a table by id.
    struct Listed {
        let id: Int
        /// As `added_tokens` of `tokenizer.json` holds it, without an id.
        var token: JSONObject
        let content: String
        /// Where it is declared.
        let path: String
    }

    /// A token in a role of its own ("eos_token"), or one of the additional ones.
    struct Named {
        let content: String
        let token: JSONObject
    }

    /// The roles that every tokenizer of transformers knows, in its order.
    static let roles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// Ascending by id.
    private(set) var listed: [Listed] = []
    /// Special tokens by role: the known roles first, then others such as "image_token".
    private(set) var named: [(role: String, token: Named)] = []
    private(set) var additional: [Named] = []

    /// - Throws: `LanguageModelError`.
    init(folder: URL, configuration: ComponentSettings) throws {
        var roles: [(ComponentSettings, String, isOfMap: Bool)] = []
        var additional: [(ComponentSettings, String)] = []
        func take(_ settings: ComponentSettings, isOfMap: Bool) {
            let lists = ["extra_special_tokens", "additional_special_tokens"]
            // The older name counts only where the newer one names none.
            if let key = lists.first(where: { settings.present($0) != nil && !settings.isEmptyList($0) }),
                additional.isEmpty || key == lists[0]
            {
                additional.append((settings, key))
            }
            for key in settings.object.keys where Self.isRole(key) && settings.isToken(key) {
                roles.removeAll { $0.1 == key }
                roles.append((settings, key, isOfMap))
            }
        }
        take(configuration, isOfMap: false)
        if let table = try configuration.component("added_tokens_decoder") {
            try readTable(table)
        } else {
            if let map = try Self.settings(folder, "special_tokens_map.json") { take(map, isOfMap: true) }
            try readNamed(roles, additional)
            if let added = try Self.settings(folder, "added_tokens.json") { try readAdded(added) }
            return
        }
        try readNamed(roles, additional)
    }

    private static func settings(_ folder: URL, _ name: String) throws -> ComponentSettings? {
        let url = folder.appendingPathComponent(name)
        return try TokenizerSource.object(url).map { ComponentSettings($0, place: "", path: url.path) }
    }

    private static func isRole(_ key: String) -> Bool {
        roles.contains(key) || key.utf8.reversed().starts(with: "_token".utf8.reversed())
    }

    /// The content of the token in `role`; nil if none is declared.
    func content(of role: String) -> String? { named.first { $0.role == role }?.token.content }

    /// Reads `added_tokens_decoder`, tokens by their ids as texts.
    private mutating func readTable(_ table: ComponentSettings) throws {
        for (key, value) in table.object.members {
            guard let id = Int(key), id >= 0, value.object != nil else {
                throw LanguageModelError.malformed(
                    path: table.path, reason: "\(table.place) is not a table of tokens by id")
            }
            let settings = try ComponentSettings(value, place: table.name(key), path: table.path)
            let content = try settings.string("content")
            listed.append(
                Listed(
                    id: id, token: try settings.token(content, isSpecial: false), content: content,
                    path: table.path))
        }
        listed.sort { $0.id < $1.id }
    }

    /// Reads `added_tokens.json`, ids by the tokens' contents.
    private mutating func readAdded(_ added: ComponentSettings) throws {
        let special = Set((named.map(\.token) + additional).map { ExactString($0.content) })
        for (content, value) in added.object.members {
            guard let id = value.integer, id >= 0 else {
                throw LanguageModelError.malformed(path: added.path, reason: "\"\(content)\" has no id")
            }
            let isSpecial = special.contains(ExactString(content))
            listed.append(
                Listed(
                    id: id,
                    token: [
                        "content": .string(content), "special": .bool(isSpecial),
                        "normalized": .bool(!isSpecial),
                    ], content: content, path: added.path))
        }
        listed.sort { $0.id < $1.id }
    }

    private mutating func readNamed(
        _ roles: [(settings: ComponentSettings, key: String, isOfMap: Bool)],
        _ lists: [(settings: ComponentSettings, key: String)]
    ) throws {
        let known = Self.roles.compactMap { role in roles.first { $0.key == role } }
        for (settings, key, isOfMap) in known + roles.filter({ !Self.roles.contains($0.key) }) {
            // A token in a role is special, whatever it says itself; that of the map is from the start.
            named.append((key, try settings.named(key, settings.object[key] ?? .null, isSpecial: isOfMap)))
        }
        for (settings, key) in lists {
            switch settings.object[key] {
            case .array(let tokens):
                additional += try tokens.map {
                    try settings.named(key, $0, isSpecial: $0["__type"] == nil)
                }
            case .object(let tokens):
                for (role, token) in tokens.members {
                    named.append((role, try settings.named("\(key).\(role)", token, isSpecial: true)))
                }
            default: throw settings.malformed(key, "a list of tokens")
            }
        }
    }
}

extension ComponentSettings {
    fileprivate func isEmptyList(_ key: String) -> Bool {
        object[key]?.array?.isEmpty == true || object[key]?.object?.isEmpty == true
    }

    /// Whether the member is a token: any value but null in a known role, elsewhere a text or an object.
    fileprivate func isToken(_ key: String) -> Bool {
        guard let value = present(key) else { return false }
        return DeclaredTokens.roles.contains(key) || value.string != nil || value["content"] != nil
    }

    /// A token that is a text, special then, or an object.
    fileprivate func named(
        _ key: String, _ value: JSONValue, isSpecial: Bool
    ) throws -> DeclaredTokens.Named {
        if let content = value.string {
            return .init(
                content: content,
                token: ["content": .string(content), "special": true, "normalized": false])
        }
        guard let object = value.object, let content = object["content"]?.string else {
            throw malformed(key, "a token")
        }
        let settings = ComponentSettings(object, place: name(key), path: path)
        return .init(content: content, token: try settings.token(content, isSpecial: isSpecial))
    }

    /// The object with the keys of `added_tokens`, all present, their kinds checked.
    fileprivate func token(_ content: String, isSpecial: Bool) throws -> JSONObject {
        let special = try bool("special", default: false) || isSpecial
        return [
            "content": .string(content), "single_word": .bool(try bool("single_word", default: false)),
            "lstrip": .bool(try bool("lstrip", default: false)),
            "rstrip": .bool(try bool("rstrip", default: false)),
            "normalized": .bool(try bool("normalized", default: !special)), "special": .bool(special),
        ]
    }
}
