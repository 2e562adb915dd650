import Foundation
import LanguageModels
import TestServer
import XCTest

/// A server with models, as Hugging Face's: small files are known by Git's name, large ones by SHA-256 and
/// given by another host.
final class FakeHub: Sendable {
    struct Repository: Sendable {
        var commit: String
        /// Contents by path; weights are large files.
        var files: [String: Data]
        var isGated = false
    }

    let server: TestServer
    let storage: TestServer

    /// - Parameters:
    ///   - repositories: by `owner/model@revision`.
    ///   - token: what callers must show.
    ///   - cut: cuts answers of large files: given the number of the request there, after how many bytes.
    init(
        _ repositories: [String: Repository], token: String? = nil,
        cut: @escaping @Sendable (Int) -> Int? = { _ in nil }
    ) throws {
        let contents = Dictionary(
            repositories.values.flatMap { $0.files.values }.map { (SHA256.hash($0), $0) },
            uniquingKeysWith: { a, _ in a })
        storage = try TestServer { request in
            guard let content = contents[String(request.path.dropFirst())] else { return Answer(404) }
            let answer = Answer.file(content, for: request, tag: "\"\(request.path)\"")
            return cut(request.number).map { answer.cut(after: $0) } ?? answer
        }
        let elsewhere = storage.otherAddress
        server = try TestServer { request in
            if let token, request.headers["authorization"] != "Bearer \(token)" { return Answer(401) }
            let words = request.path.split(whereSeparator: { "/?".contains($0) }).map(String.init)
            // /api/models/OWNER/MODEL/revision/REVISION?blobs=true
            if words.count == 7, words[0] == "api" {
                guard let found = repositories["\(words[2])/\(words[3])@\(words[5])"] else {
                    return Answer(404)
                }
                if found.isGated { return Answer(403, headers: ["X-Error-Code": "GatedRepo"]) }
                return Answer(200, body: Data(Self.listing(of: found).text().utf8))
            }
            // /OWNER/MODEL/resolve/COMMIT/PATH
            guard words.count >= 5, words[2] == "resolve" else { return Answer(404) }
            let known = repositories.filter { $0.key.hasPrefix("\(words[0])/\(words[1])@") }
            guard let found = known.values.first(where: { $0.commit == words[3] }),
                let content = found.files[words[4...].joined(separator: "/")]
            else { return Answer(404) }
            guard Self.isLarge(words[4]) else { return .file(content, for: request, tag: "\"x\"") }
            return Answer(302, headers: ["Location": "\(elsewhere)/\(SHA256.hash(content))"])
        }
    }

    static func isLarge(_ path: String) -> Bool { path.hasSuffix(".safetensors") || path.hasSuffix(".bin") }

    private static func listing(of repository: Repository) -> JSONValue {
        let files = repository.files.sorted { $0.key < $1.key }.map { path, content -> JSONValue in
            var file: JSONObject = [
                "rfilename": .string(path), "size": .integer(content.count),
                "blobId": .string(content.withUnsafeBytes { SHA1.gitName(of: $0) }),
            ]
            if isLarge(path) {
                file["lfs"] = [
                    "sha256": .string(SHA256.hash(content)), "size": .integer(content.count),
                    "pointerSize": 134,
                ]
            }
            return .object(file)
        }
        return ["id": "x", "sha": .string(repository.commit), "siblings": .array(files)]
    }

    /// The tiny GPT-2 checkpoint, its weights spread over two shards.
    static func twoShards(commit: String) throws -> Repository {
        let source = FixtureFiles.own("training/gpt2")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let records = try SafeTensors.records(of: source.appendingPathComponent("model.safetensors")).records
        let byName = Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0) })
        let total = records.reduce(0) { $0 + $1.byteCount }
        let writer = CheckpointWriter(
            records.map {
                TensorOutline(
                    name: $0.name, typeName: $0.typeName, shape: $0.shape, byteCount: $0.byteCount)
            }, shardLimit: total * 2 / 3)
        try writer.write(to: folder) { outline, sink in try sink(byName[outline.name]!.bytes) }
        var files: [String: Data] = [
            "README.md": Data("read me".utf8), "onnx/model.safetensors": Data("no".utf8),
            "pytorch_model.bin": Data("no".utf8),
        ]
        for name in writer.fileNames {
            files[name] = try Data(contentsOf: folder.appendingPathComponent(name))
        }
        for name in ["config.json", "tokenizer.json"] {
            files[name] = try Data(contentsOf: source.appendingPathComponent(name))
        }
        return Repository(commit: commit, files: files)
    }
}
