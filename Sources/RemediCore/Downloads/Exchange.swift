import Foundation

/// One request with the redirects that it leads to.
struct Exchange {
    let curl: Curl
    let credentials: Credentials
    /// Called several times a second; what it throws ends the transfer.
    let watch: () throws -> Void

    private static let longestChain = 10
    private static let longestAddress = 8192

    /// Sends the request; a token is shown only to the server that it was meant for.
    ///
    /// - Throws: `DownloadError`; what `watch` and the closures throw.
    func send(
        _ address: String, headers: [String], head: (HTTPHead) throws -> Bool,
        body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Curl.Ending {
        var url = address
        for _ in 0...Self.longestChain {
            var request = Curl.Request(url: url, headers: headers)
            if let token = credentials.token, Self.origin(of: url) == Self.origin(of: address) {
                request.headers.append("Authorization: Bearer \(token)")
            }
            var target: String?
            let ending = try curl.send(request, watch: watch) { found in
                target = try Self.target(of: found, from: url)
                return try target == nil && head(found)
            } body: {
                try body($0)
            }
            guard let target else { return ending }
            if url.hasPrefix("https://"), !target.hasPrefix("https://") {
                throw DownloadError.insecureRedirect(url: url, target: target)
            }
            url = target
        }
        throw DownloadError.tooManyRedirects(url: address)
    }

    /// Where an answer leads to, nil if it is the end.
    private static func target(of head: HTTPHead, from url: String) throws -> String? {
        guard [301, 302, 303, 307, 308].contains(head.status), let place = head["location"] else {
            return nil
        }
        guard place.utf8.count <= longestAddress else {
            throw DownloadError.malformed(
                url: url, reason: "it leads to an address of \(place.utf8.count) characters")
        }
        guard let target = URL(string: place, relativeTo: URL(string: url))?.absoluteString else {
            throw DownloadError.malformed(url: url, reason: "it leads to '\(place)', which is no address")
        }
        return target
    }

    /// Scheme, host and port.
    private static func origin(of url: String) -> [String] {
        let parts = URLComponents(string: url)
        let scheme = parts?.scheme?.lowercased() ?? ""
        return [
            scheme, parts?.host?.lowercased() ?? "", String(parts?.port ?? (scheme == "https" ? 443 : 80)),
        ]
    }
}
