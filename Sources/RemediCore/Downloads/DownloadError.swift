/// Errors of a download.  Cases carry facts; the binary words them.
package enum DownloadError: Error, Equatable, Sendable {
    /// Whether the server was shown who asks.
    package enum Login: Equatable, Sendable {
        /// Nothing is shown to this server.
        case none
        /// A token would be shown, but there is none.
        case missing
        case shown
    }

    case curlMissing
    /// Neither http nor https, or with characters that no address has.
    case unusableAddress(String)
    /// A token with characters that no token has.
    case unusableToken(source: String)
    case notFound(url: String)
    /// 401 and 403.
    case refused(url: String, code: Int, login: Login)
    /// 401 and 403 of what its owner gives only to those who asked.
    case gated(url: String, login: Login)
    /// 429 to the end; `seconds` is how long the server asks to wait.
    case busy(url: String, seconds: Int?)
    /// Any other code that is no success.
    case status(url: String, code: Int)
    /// The transfer itself failed; `received` bytes are kept for another try, of `size` if it is known.
    case transfer(url: String, reason: String, received: Int, size: Int?)
    case wrongSize(url: String, expected: Int, found: Int)
    /// More bytes came than the file has.
    case tooLong(url: String, expected: Int)
    case wrongChecksum(url: String, expected: String, found: String)
    case noRoom(path: String, needed: Int, available: Int)
    /// Another process downloads the same file.
    case inUse(path: String)
    case tooManyRedirects(url: String)
    /// From https to http.
    case insecureRedirect(url: String, target: String)
    /// An answer that is not what was asked for.
    case malformed(url: String, reason: String)
    /// HF_HUB_OFFLINE is set.
    case offline(name: String)
    /// A name that no hub can have.
    case notAnId(name: String)
    /// The repository holds no weights in a format that can be read.
    case noWeights(name: String, found: [String])
    /// A data set that may not be passed on.
    case notOffered(advice: String)
    /// A file is there that is another than the one to be had.
    case differs(path: String, problem: FileProblem)
}

/// In what a file differs from the one that is known.
package enum FileProblem: Equatable, Sendable {
    case size(expected: Int, found: Int)
    case checksum(expected: String, found: String)
    /// It cannot be read.
    case unreadable(reason: String)
}
