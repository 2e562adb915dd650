import CCUDA
import Foundation

/// The kernels, compiled for one architecture.
struct KernelImage {
    let bytes: [UInt8]

    /// The image from `cache` if it holds one of the same source, compiler and architecture, else compiled and
    /// kept there.  A cache that cannot be read or written changes nothing but the time.
    ///
    /// - Throws: `ComputeError`.
    init(for context: CUDAContext, cache: URL?) throws {
        let compiler = KernelCompiler(for: context)
        let target = try compiler.target(for: context.device.architecture)
        let version = try compiler.description().version
        let key =
            "\(target.isMachineCode ? "sm" : "compute")_\(target.architecture) NVRTC \(version) "
            + "\(KernelCompiler.options.joined(separator: " ")) \(Self.hash(of: Self.source))"
        let file = cache?.appendingPathComponent(
            "kernels-\(String(Self.hash(of: Array(key.utf8)), radix: 16)).image")
        if let file, let kept = Self.read(file, key: key) {
            bytes = kept
            return
        }
        bytes = try compiler.compile(for: context.device.architecture).image
        if let file { Self.write(bytes, key: key, to: file) }
    }

    private static var source: [UInt8] {
        let start = ccuda_kernel_source()
        guard let start else { preconditionFailure("there are kernels") }
        return Array(UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) })
    }
}

extension KernelImage {
    /// FNV-1a; tells sources apart, protects from nothing.
    static func hash(of bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// A file is its key, a line feed, the image's hash, a line feed, and the image.
    private static func head(_ key: String, _ image: [UInt8]) -> [UInt8] {
        Array("\(key)\n\(hash(of: image))\n".utf8)
    }

    private static func read(_ file: URL, key: String) -> [UInt8]? {
        guard let data = content(file) else { return nil }
        let lines = data.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3 else { return nil }
        let image = Array(lines[2])
        return Array(data.prefix(data.count - image.count)) == head(key, image) ? image : nil
    }

    /// The bytes of a regular file, nil if there is none.  A pipe in its place is not waited for.
    private static func content(_ file: URL) -> Data? {
        let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return try? handle.readToEnd()
    }

    private static func write(_ image: [UInt8], key: String, to file: URL) {
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? Data(head(key, image) + image).write(to: file, options: .atomic)
    }
}
