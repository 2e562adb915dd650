import Foundation
import LanguageModels
import RemediCore
import TestServer
import XCTest

/// A hub on loopback that gives the tiny model under every name, and wrong bytes for every data set.
final class HubStandIn: Sendable {
    private let contents: [String: Data]

    init() throws {
        let source = TestFiles.training.appendingPathComponent("gpt2")
        var contents: [String: Data] = [:]
        for name in ["config.json", "tokenizer.json", "model.safetensors"] {
            contents[name] = try Data(contentsOf: source.appendingPathComponent(name))
        }
        self.contents = contents
    }

    func answer(_ request: TestServer.Request) -> Answer {
        let parts = request.path.split(separator: "/")
        if parts.first == "data" { return .file(Data("nothing".utf8), for: request) }
        if parts.starts(with: ["api", "models"]), request.path.hasSuffix("/revision/main?blobs=true") {
            return Answer(200, body: Data(listing.utf8))
        }
        guard parts.count == 5, parts[2] == "resolve", let content = contents[String(parts[4])] else {
            return Answer(404)
        }
        return .file(content, for: request)
    }

    private var listing: String {
        let siblings = contents.sorted { $0.key < $1.key }.map { name, content in
            #"{"rfilename": "\#(name)", "lfs": {"size": \#(content.count), "sha256": "\#(SHA256.hash(content))"}}"#
        }
        return #"{"sha": "aa", "siblings": [\#(siblings.joined(separator: ", "))]}"#
    }
}
