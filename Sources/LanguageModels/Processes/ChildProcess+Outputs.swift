import Foundation

extension ChildProcess {
    /// The file of the program `name` in the folders of PATH; nil if none has it.
    package static func find(_ name: String, environment: [String: String]) -> String? {
        searchPath(environment).lazy.map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The folders of PATH.
    package static func searchPath(_ environment: [String: String]) -> [String] {
        (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
    }

    /// Runs the program on an empty input.
    ///
    /// - Returns: its status as shells give it, standard output, and the beginning of standard error.
    /// - Throws: `POSIXError` if the program cannot be started.
    package func outputs() throws -> (status: Int32, output: String, diagnostics: String) {
        let process = try start(input: Data())
        var output = Data()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        reading: while true {
            switch try process.read(into: buffer, milliseconds: 1000) {
            case .bytes(let count): output.append(contentsOf: buffer[..<count])
            case .nothing: continue
            case .end: break reading
            }
        }
        let status = try process.wait()
        return (
            status, String(decoding: output, as: UTF8.self),
            String(decoding: process.diagnostics, as: UTF8.self)
        )
    }
}
