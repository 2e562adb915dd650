/// A JSON text is wrong at a byte, for a reason.
package struct JSONError: Error, Equatable, Sendable {
    package let byte: Int
    package let reason: String

    package init(byte: Int, reason: String) {
        self.byte = byte
        self.reason = reason
    }
}
