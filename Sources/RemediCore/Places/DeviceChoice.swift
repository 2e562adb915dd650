/// The device that computes.
package enum DeviceChoice: Sendable, Equatable {
    case auto
    case cpu
    case cuda(Int)

    package var text: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        case .cuda(let number): "cuda:\(number)"
        }
    }
}
