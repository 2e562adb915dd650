/// What a device has for matrices, in bytes.
package struct DeviceMemory: Sendable, Equatable {
    /// What can be had now.
    package let free: Int
    package let total: Int

    package init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }
}
