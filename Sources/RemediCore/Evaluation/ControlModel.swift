import Foundation
import LanguageModels

/// A model of random weights in place of the one that is evaluated.
package struct ControlModel: Sendable {
    /// As a user would name it.
    package var name: String
    /// Where editors trained on it were saved.
    package var editorsDirectory: URL?
    package var open: @Sendable () throws -> LanguageModel

    package init(
        name: String, editorsDirectory: URL?, open: @escaping @Sendable () throws -> LanguageModel
    ) {
        self.name = name
        self.editorsDirectory = editorsDirectory
        self.open = open
    }
}
