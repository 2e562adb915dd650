import LanguageModels

/// A JSON object of which every member must be known.
struct StrictObject {
    let object: JSONObject
    let path: String

    /// - Throws: `ExperimentError.missingKey`.
    func require(_ keys: String...) throws {
        for key in keys where object[key] == nil {
            throw ExperimentError.missingKey(path: path, key: key)
        }
    }

    /// Assigns the members that `settings` name to `target`.
    ///
    /// - Throws: `ExperimentError.invalidValue`; `.unknownKey` if `refusingOthers` and a member has no
    ///   setting.
    func apply<Target>(
        _ settings: [Setting<Target>], to target: inout Target, refusingOthers: Bool = false
    ) throws {
        for (key, value) in object.members {
            if let setting = settings.first(where: { $0.key == key }) {
                do {
                    try setting.assign(json: value, to: &target)
                } catch {
                    throw ExperimentError.invalidValue(path: path, key: key, problem: error)
                }
            } else if refusingOthers {
                let nearest = Spelling.nearest(to: key, among: settings.map(\.key))
                throw ExperimentError.unknownKey(path: path, key: key, nearest: nearest)
            }
        }
    }
}
