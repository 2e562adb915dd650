/// A file on a server, and what is known of it beforehand.
package struct RemoteFile: Sendable, Equatable {
    /// How its bytes are known.
    package enum Checksum: Sendable, Equatable {
        case sha256(String)
        /// Git's name of a blob: SHA-1 of a small header and the content.
        case git(String)
    }

    package var address: String
    package var size: Int?
    package var checksum: Checksum?

    package init(address: String, size: Int? = nil, checksum: Checksum? = nil) {
        self.address = address
        self.size = size
        self.checksum = checksum
    }
}

/// Who asks.
package struct Credentials: Sendable, Equatable {
    package var token: String?
    /// Whether the server is one that tokens are for.
    package var isExpected: Bool

    package init(token: String? = nil, isExpected: Bool = false) {
        self.token = token
        self.isExpected = isExpected
    }

    var login: DownloadError.Login { token != nil ? .shown : isExpected ? .missing : .none }
}
