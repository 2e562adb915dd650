import CDemo

/// The files that the program carries inside itself: the demonstration's model and data sets, and the named
/// experiments.
package enum DemoFiles {
    /// One file; its bytes live as long as the program.
    package struct File {
        /// The path inside a folder: `model/config.json`, `data/counterfact.json`, `Configs/demo.json`.
        package let name: String
        package let bytes: UnsafeRawBufferPointer
    }

    /// Those whose names begin with the name of `folder` and a slash.
    package static func files(in folder: Folder) -> [File] {
        (0..<demo_file_count()).map { index in
            let file = demo_file_at(index)
            return File(
                name: String(cString: file.name),
                bytes: UnsafeRawBufferPointer(start: file.bytes, count: file.count))
        }.filter { $0.name.hasPrefix(folder.rawValue + "/") }
    }

    package enum Folder: String, CaseIterable, Sendable { case model, data, configurations = "Configs" }
}
