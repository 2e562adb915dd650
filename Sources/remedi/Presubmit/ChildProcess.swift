import Foundation

/// A program that is run and waited for.
struct ChildProcess {
    var words: [String]
    var folder: URL

    struct Outcome: Sendable {
        var status: Int32
        /// Standard output and standard error together; empty if they were passed through.
        var output: String
    }

    /// Runs the program; with `passesThrough` it writes to this process's own outputs.
    func run(passesThrough: Bool) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        if !passesThrough {
            process.standardOutput = pipe
            process.standardError = pipe
        }
        try process.run()
        var output = Data()
        if !passesThrough {
            try pipe.fileHandleForWriting.close()
            output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        }
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
