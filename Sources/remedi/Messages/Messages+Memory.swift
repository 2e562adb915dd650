import LanguageModels

/// The words for a device that runs out of memory.
extension Messages {
    /// Said once, when a command goes on in smaller steps.
    package static func notice(_ shortage: MemoryShortage) -> String {
        request(shortage) + "; going on with half as much at a time"
    }

    static func words(_ shortage: MemoryShortage) -> String {
        let plan = [held(shortage), free(shortage)].compactMap { $0 }.joined(separator: "; ")
        return request(shortage) + (plan.isEmpty ? "" : ": " + plan) + "; to need less: "
            + shortage.remedies.map(words).joined(separator: ", ")
    }

    private static func request(_ shortage: MemoryShortage) -> String {
        "\(shortage.device) has no room for another \(ByteCount.text(shortage.requestedBytes))"
            + (shortage.isHalved ? ", although half is done at a time" : "")
    }

    private static func held(_ shortage: MemoryShortage) -> String? {
        let parts = MemoryShortage.Part.allCases.compactMap { part in
            shortage.parts[part].map { "\(ByteCount.text($0)) \(words(part))" }
        }
        return parts.isEmpty ? nil : "it is to hold " + together(parts)
    }

    private static func free(_ shortage: MemoryShortage) -> String? {
        shortage.memory.map { "\(ByteCount.text($0.free)) of its \(ByteCount.text($0.total)) are free" }
    }

    private static func words(_ part: MemoryShortage.Part) -> String {
        switch part {
        case .weights: "of weights"
        case .frozen: "computed once and kept"
        case .cache: "of keys and values"
        case .activations: "of activations"
        case .logits: "of logits"
        case .workspace: "of workspace"
        }
    }

    private static func words(_ remedy: MemoryShortage.Remedy) -> String {
        switch remedy {
        case .smallerBatches: "a smaller --batch-size"
        case .fewerKeptSamples: "a smaller --cache-memory"
        case .halfPrecision: "--fp16 yes"
        case .otherDevice: "another --device"
        }
    }
}
