import Compute
import RemediCore

/// The facts that `--version` shows.
struct BuildFacts {
    static let version = "remedi \(RemediVersion.current)"
    private let workplace: Workplace

    init(in workplace: Workplace) { self.workplace = workplace }

    var text: String {
        var facts = Facts()
        facts.add("built", "\(Self.mode), with Swift \(Self.compiler), for \(Self.platform)")
        facts.add("processor", HostInventory.current().instructionSet)
        facts.add(
            "cuda",
            CUDALibraries.headerVersion.map { "declarations proven by the headers of CUDA \($0)" }
                ?? "declarations unproven, for there were no headers")
        if let program = workplace.executable { facts.add("program", program.path) }
        facts.add("experiments", workplace.configurations.map(\.path).joined(separator: ", "))
        return Self.version + "\n" + facts.text
    }

    private static var mode: String {
        #if DEBUG
            "for debugging"
        #else
            "for release"
        #endif
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #elseif compiler(>=6.2)
            "6.2"
        #else
            "6.1"
        #endif
    }

    private static var platform: String {
        #if arch(x86_64)
            "Linux on x86_64"
        #elseif arch(arm64)
            "Linux on arm64"
        #else
            "Linux"
        #endif
    }
}
