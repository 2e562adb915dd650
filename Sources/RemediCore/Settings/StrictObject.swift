import LanguageModels

/// A JSON object of which every member must be known.
struct StrictObject {
    let object: JSONObject
    let path: String

    /// - Throws: `SettingError.missingKey`.
    func require(_ keys: String...) throws {
        for key in keys where object[key] == nil {
            throw SettingError.missingKey(path: path, key: key)
        }
    }

    /// Assigns the members that `settings` name to `target`.
    ///
    /// - Throws: `SettingError.invalidValue`; `.unknownKey` if `refusingOthers` and a member has no
    ///   setting.
    func apply<Target>(
        _ settings: [Setting<Target>], to target: inout Target, refusingOthers: Bool = false
    ) throws {
        for (key, value) in object.members {
            if let setting = settings.first(where: { $0.key == key }) {
                do {
                    try setting.assign(json: value, to: &target)
                } catch {
                    throw SettingError.invalidValue(path: path, key: key, problem: error)
                }
            } else if refusingOthers {
                let nearest = Spelling.nearest(to: key, among: settings.map(\.key))
                throw SettingError.unknownKey(path: path, key: key, nearest: nearest)
            }
        }
    }
}
