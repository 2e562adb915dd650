extension Messages {
    static func words(_ error: SelfTestFailure) -> String {
        let names = error.wrong.prefix(6).joined(separator: "; ")
        let rest = error.wrong.count > 6 ? " and \(error.wrong.count - 6) more" : ""
        return "do not compute with \(error.device): \(error.wrong.count) of \(error.tried) operations do not"
            + " agree with \(error.reference): \(names)\(rest)"
    }
}
