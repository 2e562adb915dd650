import RemediCore

extension Messages {
    static func words(_ error: ModelError) -> String {
        switch error {
        case .exists(let path): "\(path) holds a model already; --overwrite replaces it"
        case .nothingToImport(let path): "the weights in \(path) are safetensors already"
        case .notACheckpoint(let path): "\(path) is neither a checkpoint's folder nor a torch file in one"
        }
    }
}
