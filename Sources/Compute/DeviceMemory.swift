/// A device's memory for matrices, in bytes.
package struct DeviceMemory: Sendable, Equatable {
    /// Available now.
    package let free: Int
    package let total: Int
    /// Whether it serves nothing but computing: a GPU's own, not the host's.
    package let isDedicated: Bool

    package init(free: Int, total: Int, isDedicated: Bool) {
        self.free = free
        self.total = total
        self.isDedicated = isDedicated
    }
}
