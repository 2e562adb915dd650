/// A configuration file whose settings are not what they have to be.  Cases carry facts; the binary words them.
package enum SettingError: Error, Equatable, Sendable {
    case unknownKey(path: String, key: String, nearest: String?)
    case missingKey(path: String, key: String)
    case invalidValue(path: String, key: String, problem: InvalidValue)
    /// Two settings, each with its value, of which one forbids the other.
    case exclusiveSettings(String, String)
}
