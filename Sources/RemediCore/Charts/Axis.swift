import Foundation

/// A direction of a plot: what it measures, from where to where, and where its ticks are.
package struct Axis: Sendable, Equatable {
    package var title: String
    package var domain: ClosedRange<Double>
    package var ticks: [Double]
    private let decimals: Int

    /// Larger numbers cannot be drawn, nor sensibly be added.
    static let limit = 1e100

    /// An axis that holds all finite numbers among `values`, with about `count` ticks at round numbers.
    ///
    /// - Parameters:
    ///   - bounds: what no tick may lie outside of, such as 0 to 1 of a share.
    ///   - isTight: ends at the data instead of the next tick.
    package init(
        _ title: String, covering values: [Double], count: Int = 5, bounds: ClosedRange<Double>? = nil,
        isTight: Bool = false
    ) {
        self.title = title
        let finite = values.filter { abs($0) < Self.limit }
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if high - low < max(abs(high), abs(low)) * 1e-9 || high == low {
            let room = low == 0 ? 0.5 : abs(low) * 0.1
            low -= room
            high += room
        }
        let step = Self.step(for: (high - low) / Double(max(count - 1, 1)))
        var first = (low / step).rounded(.down)
        var last = (high / step).rounded(.up)
        if let bounds {
            if first * step < bounds.lowerBound - step * 1e-9 {
                first = (bounds.lowerBound / step).rounded(.up)
            }
            if last * step > bounds.upperBound + step * 1e-9 {
                last = (bounds.upperBound / step).rounded(.down)
            }
        }
        ticks = (0...max(Int(last - first), 1)).map { (first + Double($0)) * step }
        domain = min(ticks[0], low)...max(ticks[ticks.count - 1], high)
        if isTight {
            domain = low...high
            ticks = ticks.filter(domain.contains)
        }
        decimals = Self.decimals(of: step)
    }

    /// An axis of whole numbers that begins and ends with its data: layers, epochs.
    ///
    /// - Parameter margin: the room before the first and after the last, in parts of the data's range.
    package init(_ title: String, numbers: [Int], margin: Double = 0.03) {
        let low = numbers.min() ?? 0
        let high = numbers.max() ?? 0
        self.title = title
        decimals = 0
        let distinct = Set(numbers).sorted()
        if distinct.count <= 12,
            zip(distinct, distinct.dropFirst()).allSatisfy({ ($1 - $0) * 14 >= high - low })
        {
            ticks = distinct.map(Double.init)
        } else {
            let step = Int(Self.step(for: Double(high - low) / 7).rounded(.up))
            let first = (low + step - 1) / step * step
            ticks = stride(from: first, through: high, by: step).map(Double.init)
        }
        let room = high == low ? 0.5 : Double(high - low) * margin
        domain = (Double(low) - room)...(Double(high) + room)
    }

    /// The round number (1, 2, 2.5 or 5 times a power of ten) that is not below `width`.
    private static func step(for width: Double) -> Double {
        let power = pow(10, floor(log10(width)))
        let factor = [1, 2, 2.5, 5, 10].first { $0 * power >= width * (1 - 1e-9) } ?? 10
        return factor * power
    }

    private static func decimals(of step: Double) -> Int {
        for digits in 0..<8 {
            let scaled = step * pow(10, Double(digits))
            if abs(scaled - scaled.rounded()) < 1e-6 { return digits }
        }
        return 8
    }

    /// Where `value` lies between `start` and `end`.
    func place(_ value: Double, from start: Double, to end: Double) -> Double {
        let clamped = min(max(value, domain.lowerBound), domain.upperBound)
        return start + (clamped - domain.lowerBound) / (domain.upperBound - domain.lowerBound) * (end - start)
    }

    /// `0.25`, `−3`, `2e+09`
    func label(_ tick: Double) -> String {
        let text: String
        if abs(tick) >= 1e6 || (decimals >= 6 && tick != 0) {
            text = String(format: "%.3g", tick)
        } else {
            text = String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
        }
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }
}
