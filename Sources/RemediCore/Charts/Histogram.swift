/// Distributions of values over the same bins, drawn as outlines over each other.
package struct Histogram: Chart {
    package struct Group: Sendable, Equatable {
        package var name: String
        package var color: Int
        package var values: [Double]

        package init(_ name: String, color: Int, values: [Double]) {
            self.name = name
            self.color = color
            self.values = values.filter(\.isFinite)
        }
    }

    package var title: String
    package var xTitle: String
    package var groups: [Group]
    package var binCount: Int

    package init(
        title: String, x xTitle: String, groups: [Group], bins: Int = 40
    ) {
        self.title = title
        self.xTitle = xTitle
        self.groups = groups.filter { !$0.values.isEmpty }
        // Few samples give few bars, or every bar would be one of them.
        let most = self.groups.map(\.values.count).max() ?? 0
        binCount = min(bins, max(Self.fewestBins, Int(2 * Double(most).squareRoot())))
    }

    private static let fewestBins = 8

    package var legend: [LegendEntry] {
        groups.map { LegendEntry("\($0.name) (n = \($0.values.count))", color: $0.color, mark: .area) }
    }

    /// The share of a group's values in every bin, in per cent.
    func shares(of group: Group, in domain: ClosedRange<Double>) -> [Double] {
        var counts = [Int](repeating: 0, count: binCount)
        let width = (domain.upperBound - domain.lowerBound) / Double(binCount)
        for value in group.values {
            let bin = ((value - domain.lowerBound) / width).rounded(.down)
            counts[min(max(Int(max(min(bin, 1e6), -1)), 0), binCount - 1)] += 1
        }
        return counts.map { Double($0) * 100 / Double(group.values.count) }
    }

    package var drawing: Drawing {
        let horizontal = Axis(xTitle, covering: groups.flatMap(\.values), count: 7, isTight: true)
        let domain = horizontal.domain
        let width = (domain.upperBound - domain.lowerBound) / Double(binCount)
        let all = groups.map { shares(of: $0, in: domain) }
        let frame = PlotFrame(
            x: horizontal, y: Axis("share of samples (%)", covering: [0] + all.flatMap { $0 }))
        var parts: [Markup] = []
        for (group, shares) in zip(groups, all) {
            var points: [(x: Double, y: Double)] = [(domain.lowerBound, 0)]
            for (bin, share) in shares.enumerated() {
                points.append((domain.lowerBound + Double(bin) * width, share))
                points.append((domain.lowerBound + Double(bin + 1) * width, share))
            }
            points.append((domain.upperBound, 0))
            parts.append(frame.path("area c\(group.color)", points))
        }
        if domain.contains(0), domain.lowerBound < 0 {
            parts.append(frame.vertical("mark", 0))
        }
        return frame.drawing(title, description, parts)
    }

    private var description: String {
        groups.map { group in
            let sorted = group.values.sorted()
            func quantile(_ share: Double) -> String {
                ChartValue.text(sorted[Int((Double(sorted.count - 1) * share).rounded())])
            }
            return "\(group.name): median \(quantile(0.5)), half of \(sorted.count) samples between"
                + " \(quantile(0.25)) and \(quantile(0.75))."
        }.joined(separator: " ")
    }
}
