import Foundation
import Synchronization

/// Fetches files over HTTP: goes on where an earlier try ended, tries again where that makes sense, and lets
/// nothing appear under its name that is not whole and right.
package struct Downloader: Sendable {
    package var retries = RetryPolicy()
    let progress: any ProgressReporter
    private let curl: Curl
    private let pause: @Sendable (Double) -> Void
    private let cancellation = Cancellation()

    /// - Parameters:
    ///   - environment: see `Curl`.
    ///   - pause: waits so many seconds.
    /// - Throws: `DownloadError.curlMissing`.
    package init(
        environment: [String: String], progress: any ProgressReporter,
        pause: @escaping @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }
    ) throws {
        curl = try Curl(environment: environment)
        self.progress = progress
        self.pause = pause
    }

    /// Errors that end all transfers of a downloader.
    private final class Cancellation: Sendable {
        let isAsked = Atomic(false)
    }

    /// The error of a transfer that ends because another failed.
    struct Cancelled: Error {}

    /// Ends every transfer that still runs.
    func cancel() { cancellation.isAsked.store(true, ordering: .relaxed) }

    private func watch() throws {
        if let signal = progress.stopRequested { throw RemediError.interrupted(signal: signal) }
        if cancellation.isAsked.load(ordering: .relaxed) { throw Cancelled() }
    }

    /// Waits, looking for signals meanwhile.
    private func wait(_ seconds: Double) throws {
        var rest = seconds
        while rest > 0 {
            try watch()
            pause(min(rest, 0.2))
            rest -= 0.2
        }
    }

    /// The outcome of one try.
    private enum Outcome {
        case done
        /// It may go better another time, after the seconds that the server named.
        case again(DownloadError, after: Int?)
    }

    // MARK: - Small answers

    /// The whole body at an address, at most `limit` bytes.
    ///
    /// - Throws: `DownloadError`, `RemediError.interrupted`.
    package func contents(
        of address: String, credentials: Credentials = Credentials(), limit: Int = 64 << 20
    ) throws -> Data {
        let exchange = Exchange(curl: curl, credentials: credentials, watch: watch)
        var body = Data()
        try persist { () throws -> (Outcome, hasGained: Bool) in
            body = Data()
            var refusal: Outcome?
            let ending = try exchange.send(address, headers: ["Accept: application/json"]) { head in
                guard head.status != 200 else { return true }
                refusal = try verdict(on: head, address, credentials)
                return false
            } body: { piece in
                guard body.count + piece.count <= limit else {
                    throw DownloadError.malformed(url: address, reason: "it is longer than \(limit) bytes")
                }
                body.append(contentsOf: piece)
            }
            return (try refusal ?? verdict(on: ending, address, received: body.count, size: nil), false)
        }
        return body
    }

    // MARK: - Files

    /// Fetches a file to `target`, by way of `part`, which stays if the transfer fails and is gone on with
    /// the next time.
    ///
    /// - Parameter keepsUnknown: goes on with a part of which nobody knows where it comes from, too; the
    ///   file's checksum tells whether that was right.
    /// - Throws: `DownloadError`, `LanguageModelError.unwritable`, `RemediError.interrupted`.
    package func fetch(
        _ file: RemoteFile, to target: URL, part place: URL, keepsUnknown: Bool = false,
        credentials: Credentials = Credentials(), meter: TransferMeter
    ) throws {
        let part = try PartFile(
            place, address: file.address, keepsUnknown: keepsUnknown && file.checksum != nil)
        meter.add(part.byteCount)
        let exchange = Exchange(curl: curl, credentials: credentials, watch: watch)
        var most = part.byteCount
        while true {
            try persist {
                let outcome = try attempt(file, part, exchange, meter)
                defer { most = max(most, part.byteCount) }
                return (outcome, part.byteCount > most)
            }
            let wasInherited = part.isInherited
            guard let problem = try Self.problem(with: part, file) else { break }
            meter.add(-part.byteCount)
            // The bytes of an earlier run may be what is wrong.
            guard wasInherited else {
                part.discard()
                throw problem
            }
            try part.clear()
        }
        try part.finish(to: target)
    }

    /// Tries until it is done, as the policy says.
    private func persist(_ attempt: () throws -> (Outcome, hasGained: Bool)) throws {
        var fruitless = 0
        while true {
            try watch()
            let (outcome, hasGained) = try attempt()
            guard case .again(let error, let seconds) = outcome else { return }
            fruitless = hasGained ? 1 : fruitless + 1
            if fruitless >= retries.fruitlessTries { throw error }
            if let seconds, seconds > retries.longestWait { throw error }
            try wait(seconds.map(Double.init) ?? retries.delay(afterFruitless: fruitless))
        }
    }

    /// One request for what is still missing.
    private func attempt(
        _ file: RemoteFile, _ part: PartFile, _ exchange: Exchange, _ meter: TransferMeter
    ) throws -> Outcome {
        if let size = part.identity.size, size == part.byteCount { return .done }
        var headers: [String] = []
        if part.byteCount > 0 {
            headers.append("Range: bytes=\(part.byteCount)-")
            if let validator = part.identity.validator { headers.append("If-Range: \(validator)") }
        }
        var refusal: Outcome?
        let ending: Curl.Ending
        do {
            ending = try exchange.send(file.address, headers: headers) { head in
                refusal = try accept(head, file, part, exchange.credentials, meter)
                return refusal == nil
            } body: { piece in
                try checkLength(after: piece.count, file, part)
                try part.append(piece)
                meter.add(piece.count)
            }
        } catch let error as DownloadError {
            guard case .tooLong = error else { throw error }
            meter.add(-part.byteCount)
            // The bytes of an earlier run may be what is wrong.
            guard part.isInherited else {
                part.discard()
                throw error
            }
            try part.clear()
            return .again(error, after: 0)
        }
        if let refusal { return refusal }
        let outcome = try verdict(
            on: ending, file.address, received: part.byteCount, size: part.identity.size)
        if case .done = outcome, let size = part.identity.size, part.byteCount < size {
            return .again(cut(file.address, part), after: nil)
        }
        return outcome
    }

    private func cut(_ address: String, _ part: PartFile) -> DownloadError {
        .transfer(
            url: address, reason: "the connection was cut", received: part.byteCount,
            size: part.identity.size)
    }

    /// Prepares the file for the body that a head announces; nil if the body is wanted.
    private func accept(
        _ head: HTTPHead, _ file: RemoteFile, _ part: PartFile, _ credentials: Credentials,
        _ meter: TransferMeter
    ) throws -> Outcome? {
        switch head.status {
        case 200:
            let found = RemoteIdentity(
                address: file.address, tag: head["etag"], lastModified: head["last-modified"],
                size: head.contentLength ?? file.size)
            if let expected = file.size, let size = found.size, size != expected {
                part.discard()
                throw DownloadError.wrongSize(url: file.address, expected: expected, found: size)
            }
            meter.add(-part.byteCount)
            try part.begin(found)
            try checkRoom(found.size ?? 0, part)
            return nil
        case 206:
            let range = head.contentRange
            let found = RemoteIdentity(
                address: file.address, tag: head["etag"], lastModified: head["last-modified"],
                size: range?.total)
            guard range?.start == part.byteCount, part.byteCount > 0, part.identity.fits(found) else {
                return try startAnew(file, part, meter)
            }
            try checkRoom((found.size ?? 0) - part.byteCount, part)
            return nil
        case 416:
            if part.byteCount > 0, head.contentRange?.total == part.byteCount { return .done }
            return try startAnew(file, part, meter)
        default: return try verdict(on: head, file.address, credentials)
        }
    }

    /// The rest that came is not of the file that we have the beginning of.
    private func startAnew(_ file: RemoteFile, _ part: PartFile, _ meter: TransferMeter) throws -> Outcome {
        meter.add(-part.byteCount)
        try part.clear()
        return .again(
            .malformed(url: file.address, reason: "the server sends another part than was asked for"),
            after: 0)
    }

    /// Refuses bytes beyond a file's size; where nobody knows it, those that would fill the disk.
    private func checkLength(after count: Int, _ file: RemoteFile, _ part: PartFile) throws {
        if let size = part.identity.size ?? file.size {
            guard count <= size - part.byteCount else {
                throw DownloadError.tooLong(url: file.address, expected: size)
            }
        } else if (part.byteCount + count) >> 26 > part.byteCount >> 26 {
            try checkRoom(1 << 27, part)
        }
    }

    private func checkRoom(_ needed: Int, _ part: PartFile) throws {
        let available = part.available
        if needed > available {
            throw DownloadError.noRoom(path: part.path, needed: needed, available: available)
        }
    }

    // MARK: - Judgement

    /// The meaning of a code other than success.
    ///
    /// - Throws: `DownloadError` where another try would not help.
    private func verdict(
        on head: HTTPHead, _ address: String, _ credentials: Credentials
    ) throws -> Outcome {
        switch head.status {
        case 401, 403:
            if head["x-error-code"] == "GatedRepo" {
                throw DownloadError.gated(url: address, login: credentials.login)
            }
            throw DownloadError.refused(url: address, code: head.status, login: credentials.login)
        case 404, 410: throw DownloadError.notFound(url: address)
        case 429:
            let seconds = head.retryAfter
            return .again(.busy(url: address, seconds: seconds), after: seconds)
        default:
            let error = DownloadError.status(url: address, code: head.status)
            guard retries.isTransient(status: head.status) else { throw error }
            return .again(error, after: head.retryAfter)
        }
    }

    /// - Throws: `DownloadError` where another try would not help.
    private func verdict(
        on ending: Curl.Ending, _ address: String, received: Int, size: Int?
    ) throws -> Outcome {
        guard case .failed(let code, let reason) = ending else { return .done }
        let error = DownloadError.transfer(url: address, reason: reason, received: received, size: size)
        guard retries.isTransient(curl: code, hasReceived: received > 0) else { throw error }
        return .again(error, after: nil)
    }

    /// Why the bytes are not those that were expected; nil if they are.
    private static func problem(with part: PartFile, _ file: RemoteFile) throws -> DownloadError? {
        if let expected = file.size, part.byteCount != expected {
            return .wrongSize(url: file.address, expected: expected, found: part.byteCount)
        }
        let (expected, found): (String, String)
        switch file.checksum {
        case .sha256(let sum): (expected, found) = (sum, part.checksum)
        case .git(let sum): (expected, found) = (sum, try part.gitName())
        case nil: return nil
        }
        return expected.lowercased() == found
            ? nil : .wrongChecksum(url: file.address, expected: expected, found: found)
    }
}
