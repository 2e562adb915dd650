import RemediCore

extension Messages {
    static func words(_ error: DownloadError) -> String {
        switch error {
        case .curlMissing: "downloads need the program curl, which is not on this machine: install it"
        case .unusableAddress(let address): "'\(address)' is not an http or https address"
        case .unusableToken(let source): "the token in \(source) has characters that no token has"
        case .notFound(let url): "the server has no \(url)"
        case .refused(let url, let code, let login): "the server refuses \(url) (\(code)): \(words(login))"
        case .gated(let url, let login):
            "\(url) is given only to those who asked its owner on the model's page; "
                + (login == .shown
                    ? "your token's owner has not, or not yet" : "then set HF_TOKEN to your token")
        case .busy(let url, let seconds):
            "the server has too much to do for \(url) (429)"
                + (seconds.map { "; it asks to wait \($0) s" } ?? "; try again later")
        case .status(let url, let code): "the server answers \(url) with code \(code)" + meaning(of: code)
        case .transfer(let url, let reason, let received, let size):
            "cannot fetch \(url): \(reason)" + kept(received, of: size)
        case .wrongSize(let url, let expected, let found):
            "\(url) has \(found) bytes where \(expected) are expected; nothing is kept"
        case .tooLong(let url, let expected):
            "\(url) has more than the \(expected) bytes that are expected; nothing is kept"
        case .wrongChecksum(let url, let expected, let found):
            "\(url) is not what is expected, nothing is kept: its checksum is \(found), not \(expected)"
        case .noRoom(let path, let needed, let available):
            "\(path) needs \(ByteCount.text(needed)), but its disk has only \(ByteCount.text(available)) left"
        case .inUse(let path): "another process is downloading \(path)"
        case .tooManyRedirects(let url): "\(url) leads from one address to the next without end"
        case .insecureRedirect(let url, let target): "\(url) leads to \(target), which is not encrypted"
        case .malformed(let url, let reason): "\(url): \(reason)"
        case .offline(let name): "\(name) is not here, and HF_HUB_OFFLINE forbids to download it"
        case .notAnId(let name): "'\(name)' is not the name of a model on a hub, such as owner/model"
        case .noWeights(let name, let found):
            "\(name) has no weights that can be read (safetensors or torch); it has "
                + (found.isEmpty ? "no files" : found.joined(separator: ", "))
        case .notOffered(let advice): advice
        case .differs(let path, let problem):
            "\(path) is there, but it is another file: \(words(problem)); --overwrite replaces it"
        }
    }

    private static func words(_ login: DownloadError.Login) -> String {
        switch login {
        case .none: "it gives the file to nobody, or not to you"
        case .missing: "it needs a token, or the name is wrong; set HF_TOKEN to your token"
        case .shown: "your token does not open it"
        }
    }

    private static func meaning(of code: Int) -> String {
        switch code {
        case 407: ": the proxy wants to know who asks"
        case 408: ": it waited too long"
        case 451: ": it may not give it for legal reasons"
        case 500...: ": something is wrong there; try again later"
        default: ""
        }
    }

    private static func kept(_ received: Int, of size: Int?) -> String {
        guard received > 0 else { return "" }
        let amount = ByteCount.text(received) + (size.map { " of \(ByteCount.text($0))" } ?? "")
        return "; \(amount) are here, and the same command resumes from there"
    }

    static func words(_ problem: FileProblem) -> String {
        switch problem {
        case .size(let expected, let found): "it has \(found) bytes, not \(expected)"
        case .checksum(let expected, let found): "its checksum is \(found), not \(expected)"
        case .unreadable(let reason): "it cannot be read: \(reason)"
        }
    }
}
