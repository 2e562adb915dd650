import Compute
import Foundation
import LanguageModels

extension PresubmitRun {
    /// A check of the kernels for each compiler: the one that a run on a GPU would take, and those that
    /// `Scripts/fetch/get_nvrtc.sh` fetched.
    ///
    /// `REMEDI_CUDA_LIBRARY` names the only compiler.  Without a compiler there is no check.
    func kernels(isTold: Bool) throws -> [CheckJob] {
        let environment = host.environment
        let isNamed = environment["REMEDI_CUDA_LIBRARY"].map { !$0.isEmpty } ?? false
        let fetched = isNamed ? [] : fetchedCompilers
        do {
            let compiler = try KernelCompiler(in: CUDALibraries.Places(environment: environment))
            let version = try compiler.description().version
            return [kernels(compiler, version: version, isTold: isTold)]
                + fetched.filter { $0.lastPathComponent != version }.map(kernelsInProcess)
        } catch ComputeError.deviceUnavailable(_, let reason) {
            if fetched.isEmpty { try say("kernels: left out. \(reason)") }
            return fetched.map(kernelsInProcess)
        }
    }

    /// The folders of NVRTC's libraries that `Scripts/fetch/get_nvrtc.sh` fetched, named for their versions.
    private var fetchedCompilers: [URL] {
        let folder = URL(fileURLWithPath: scratch + "/nvrtc", relativeTo: package)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map { folder.appendingPathComponent($0) }
    }

    private func kernels(_ compiler: KernelCompiler, version: String, isTold: Bool) -> CheckJob {
        let kept = KeptKernels(folder: kept.appendingPathComponent("kernels/\(version)"))
        return CheckJob(step: "kernels", title: "kernels, NVRTC \(version)") { _ in
            let kernels = try KernelCheck(compiler, kept: kept)
            guard kernels.findings.isEmpty else {
                throw PresubmitFailure(
                    step: "kernels", output: kernels.report + kernels.findings.map { $0 + "\n" }.joined())
            }
            if isTold { try host.tell(kernels.report) }
            return CheckJob.Done(note: kernels.summary)
        }
    }

    /// A process can load one compiler only, so that each of the others has a process of its own.
    private func kernelsInProcess(_ folder: URL) -> CheckJob {
        let title = "kernels, NVRTC \(folder.lastPathComponent)"
        return CheckJob(step: "kernels", title: title) { child in
            var environment = host.environment
            environment["REMEDI_CUDA_LIBRARY"] = folder.path
            let program = host.executable?.path ?? "remedi"
            let outcome = try child.run(
                ChildProcess(
                    words: [program, "presubmit", "kernels", "--scratch-path", scratch], folder: package,
                    environment: environment))
            let lines = outcome.output.split(separator: "\n")
            guard outcome.status == 0, !lines.contains(where: { $0.contains("left out") }) else {
                throw PresubmitFailure(step: "kernels", output: outcome.output)
            }
            return CheckJob.Done(note: Self.note(in: lines))
        }
    }

    /// The words between "ok" and the time of the line that ends the check.
    static func note(in lines: [Substring]) -> String {
        let line = lines.last { $0.hasPrefix("presubmit: kernels, ") && $0.contains(": ok, ") }
        let words = line?.components(separatedBy: ": ok, ").last?.components(separatedBy: ", ") ?? []
        return words.dropLast().joined(separator: ", ")
    }
}
