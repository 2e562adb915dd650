import Foundation
import LanguageModels

// MARK: - Checks of the text alone

extension PresubmitRun {
    /// Formats or checks the Swift files that changed since they were found well formatted.
    func format() throws -> String {
        let settings = package.appendingPathComponent(".swift-format")
        let rules = MachineState(environment: host.environment, package: package, scratch: scratch)
        let tool = rules.program("swift") + ((try? SHA256.hash(file: settings)) ?? "")
        let files = try PackageFiles(of: package).files.filter { $0.path.hasSuffix(".swift") }
        func inputs(_ file: PackageFiles.File) -> String { SHA256.hash(Data((file.hash + tool).utf8)) }
        let changed = files.filter { repeats || passed.entry("format \($0.path)", inputs: inputs($0)) == nil }
        if !changed.isEmpty {
            // Names and long lines are not mended, so what was written is checked, too.
            for mode in (fixes ? [["format", "--in-place"]] : []) + [["lint", "--strict"]] {
                try run(["swift", "format"] + mode + ["--parallel"] + changed.map(\.path))
            }
        }
        for file in changed {
            let hash = try SHA256.hash(file: package.appendingPathComponent(file.path))
            let formatted = PackageFiles.File(path: file.path, hash: hash)
            passed.add("format \(file.path)", .init(inputs: inputs(formatted)))
        }
        return changed.count == files.count
            ? "" : "\(changed.count) of \(files.count) files changed since they passed"
    }

    /// - Throws: `PresubmitFailure` with the findings.
    func lint() throws -> String {
        let files = try sources()
        let program = host.executable.map { MachineState.status($0.path) } ?? ""
        let hashes = files.map { "\($0.path) \(SHA256.hash(Data($0.text.utf8)))" }
        let inputs = SHA256.hash(Data((hashes + [program, package.path]).joined(separator: "\n").utf8))
        if !repeats, passed.entry("lint", inputs: inputs) != nil { return "unchanged since it passed" }
        let code = files.filter { !$0.isDocument }
        let words = WordLint(package: package, environment: host.environment)
        var findings = CircleLint.findings(in: code)
        for file in code {
            findings += words.findings(in: file)
            if file.path.hasPrefix("Sources/") { findings += LengthLint.findings(in: file) }
        }
        findings += CitationLint.findings(in: files) + DialectLint.findings(in: files)
        guard findings.isEmpty else {
            throw PresubmitFailure(step: "lint", output: findings.map { $0 + "\n" }.joined())
        }
        passed.add("lint", .init(inputs: inputs))
        return ""
    }

    /// Every source file and document of the package, in order of its path.
    private func sources() throws -> [SourceText] {
        let kinds = ["swift", "c", "h", "cu", "cuh", "cpp", "py", "sh", "md"]
        return try PackageFiles(of: package).files.compactMap { file in
            let isHelp = file.path.contains("/Fixtures/help/")
            guard isHelp || kinds.contains((file.path as NSString).pathExtension) else { return nil }
            let url = package.appendingPathComponent(file.path)
            return SourceText(path: file.path, text: try String(contentsOf: url, encoding: .utf8))
        }
    }

    /// Compares fixtures with the manifests of their folders; with `fixes` writes the hashes anew first.
    ///
    /// - Throws: `PresubmitFailure` with the findings; `LanguageModelError`.
    func fixtures() throws -> String {
        let all = try PackageFiles(of: package).files
        let paths = Set(all.map(\.path))
        let files = all.filter { $0.path.hasPrefix("Tests/") }
        let folders = Set(files.compactMap { Self.fixtureFolder(of: $0.path) }).sorted()
        var findings: [String] = []
        var count = 0
        for folder in folders {
            let url = package.appendingPathComponent(folder + FixtureManifest.fileName)
            var hashes: [String: String] = [:]
            for file in files where file.path.hasPrefix(folder) {
                hashes[String(file.path.dropFirst(folder.count))] = file.hash
            }
            hashes[FixtureManifest.fileName] = nil
            count += hashes.count
            guard SystemCall.status(url.path) != nil else {
                findings.append("there is no \(folder)\(FixtureManifest.fileName)")
                continue
            }
            var manifest = try FixtureManifest(url)
            if fixes {
                manifest = manifest.updated(hashes: hashes)
                try AtomicFile.write(manifest.data, to: url)
            }
            findings += manifest.findings(hashes: hashes, hasScript: paths.contains).map {
                folder + ": " + $0
            }
        }
        guard findings.isEmpty else {
            throw PresubmitFailure(step: "fixtures", output: findings.map { $0 + "\n" }.joined())
        }
        return "\(count) files"
    }

    /// `Tests/RemediTests/Fixtures/` for a file below it; nil for a file below no such folder.
    private static func fixtureFolder(of path: String) -> String? {
        path.firstRange(of: "/Fixtures/").map { String(path[..<$0.upperBound]) }
    }

    /// Whether every seeded bug still finds its place in the sources.
    func mutations() throws -> String {
        guard ChildProcess.find("python3", environment: host.environment) != nil else {
            return "left out: there is no python3"
        }
        try run(["python3", "-B", "Scripts/mutations/run.py", "--check"])
        return ""
    }
}
