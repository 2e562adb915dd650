import LanguageModels
import RemediCore

extension Messages {
    package static let summedDivergence =
        "note: with --kl batch the KL term sums over the batch; at batch size 16, --lam-kl 10 weighs about 16"
        + " times as much as the same value with the reference's --kl last-sample"

    /// Which settings a run has that are not the defaults, and where they come from.
    static func settings(
        of experiment: Experiment?, _ settings: JSONObject, _ defaults: JSONObject
    ) -> String {
        let source = experiment.map { "experiment \($0.name), \($0.source.path)" } ?? "no named experiment"
        let others = settings.members.filter { $0.key != "summary" && defaults[$0.key] != $0.value }
        let shown = others.map { "\($0.key) \($0.value.string ?? $0.value.text())" }
        return source + "; "
            + (shown.isEmpty ? "all settings are defaults" : "not defaults: " + shown.joined(separator: ", "))
    }

    static func words(_ error: SettingError) -> String {
        switch error {
        case .unknownKey(let path, let key, let nearest):
            "\(path): there is no setting '\(key)'" + suggestion(nearest)
        case .missingKey(let path, let key): "\(path): the setting '\(key)' is missing"
        case .invalidValue(let path, let key, let problem): "\(path): \(key): \(words(problem))"
        case .exclusiveSettings(let a, let b): "the settings '\(a)' and '\(b)' exclude each other"
        }
    }
}
