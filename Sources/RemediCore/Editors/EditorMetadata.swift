import LanguageModels

/// The metadata of an editor's file.
package struct EditorMetadata: Sendable, Equatable {
    /// The model it was made for, as the user named it.
    package var model: String
    /// See `LanguageModel.fingerprint`; nil if unknown (files of the reference).
    package var modelFingerprint: String?
    package var tokens: TokenOptions
    /// The settings of its training, in the words of the manifest.
    package var hyperparameters: JSONObject
    package var seed: UInt64
    /// The version of this program; nil for files of the reference.
    package var version: String?

    package init(
        model: String, modelFingerprint: String?, tokens: TokenOptions = TokenOptions(),
        hyperparameters: JSONObject = JSONObject(), seed: UInt64 = 0,
        version: String? = RemediVersion.current
    ) {
        self.model = model
        self.modelFingerprint = modelFingerprint
        self.tokens = tokens
        self.hyperparameters = hyperparameters
        self.seed = seed
        self.version = version
    }
}
