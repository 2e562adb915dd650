/// Errors of a device.
package enum ComputeError: Error, Equatable, Sendable {
    /// The device cannot give this much memory.
    case outOfMemory(device: String, requestedBytes: Int)
    /// The named device is not available; `reason` is a full sentence.
    case deviceUnavailable(device: String, reason: String)
    /// An operation failed on the device.
    case operationFailed(device: String, reason: String)
}
