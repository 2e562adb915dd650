import Compute

/// A device that has no room for what was asked, and what fills it.
package struct MemoryShortage: Sendable, Equatable {
    /// The contents of a device's memory.
    package enum Part: String, Sendable, CaseIterable {
        case weights
        /// The memory of results computed once for every sample and kept.
        case frozen
        /// Keys and values of texts that are being continued.
        case cache
        /// Of the request at hand.
        case activations
        /// Of the request at hand.
        case logits
        /// The device's own, for its operations.
        case workspace
    }

    /// The settings that a person can change.
    package enum Remedy: Sendable, CaseIterable {
        case smallerBatches, fewerKeptSamples, halfPrecision, otherDevice
    }

    /// Whether requests ran in halves already.
    package let isHalved: Bool

    package let device: String
    package let requestedBytes: Int
    /// The device's memory; nil if it does not say.
    package let memory: DeviceMemory?
    /// Bytes of the parts that take any.
    package let parts: [Part: Int]
    package let remedies: [Remedy]

    package init(
        isHalved: Bool, device: String, requestedBytes: Int, memory: DeviceMemory?, parts: [Part: Int],
        remedies: [Remedy]
    ) {
        self.isHalved = isHalved
        self.device = device
        self.requestedBytes = requestedBytes
        self.memory = memory
        self.parts = parts
        self.remedies = remedies
    }
}

/// The memory that a request is about to take of the device.
package struct MemoryNeed: Sendable {
    package var activations: Int
    package var logits: Int
    /// The settings of the request that can be changed.
    package var remedies: [MemoryShortage.Remedy]

    package var total: Int { activations + logits }

    /// Nothing beyond what is held already.
    static let nothing = MemoryNeed(activations: 0, logits: 0, remedies: [])
    /// Something of which less could be kept.
    package static let kept = MemoryNeed(activations: 0, logits: 0, remedies: [.fewerKeptSamples])

    package init(activations: Int, logits: Int, remedies: [MemoryShortage.Remedy]) {
        self.activations = activations
        self.logits = logits
        self.remedies = remedies
    }
}
