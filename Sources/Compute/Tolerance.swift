/// How far a float32 result may lie from what is expected: |found − expected| ≤ absolute + relative · |expected|.
///
/// Two devices add in different orders and have elementary functions of their own, so that only copies agree
/// bit for bit.  The absolute part is for terms of size one that cancel each other out.  u is 2⁻²⁴, half a unit
/// in the last place of a float32 number near 1.
package struct Tolerance: Sendable, Equatable {
    package var absolute: Double
    package var relative: Double

    package init(absolute: Double, relative: Double) {
        self.absolute = absolute
        self.relative = relative
    }

    /// Copies and exact conversions.
    package static let exact = Tolerance(absolute: 0, relative: 0)
    /// A few roundings for each element, nothing that cancels: 16 u.
    package static let elementwise = Tolerance(absolute: 1e-30, relative: 1e-6)
    /// Functions with an exponential, a tanh or an error function, whose last 2 units in the last place differ
    /// between devices, and which are subtracted from 1.
    package static let functions = Tolerance(absolute: 2e-6, relative: 2e-6)
    /// Sums of up to some thousand terms that together have size one, as in norms and means: 64 u.
    package static let sums = Tolerance(absolute: 4e-6, relative: 4e-6)
    /// Softmax-weighted sums of values of size one, and their gradients, which are sums of such sums.
    package static let attention = Tolerance(absolute: 1e-5, relative: 1e-5)
    /// Logarithms of probabilities: all devices add the exponentials in float64 or in many short sums.
    package static let logarithms = Tolerance(absolute: 1e-6, relative: 1e-6)

    /// A sum of `depth` products of factors of size one, in units of √depth, the size of the sum itself.
    ///
    /// A chain of additions rounds each partial sum: the errors add up to about u · √depth / 3 and, over a million
    /// results, reach six times that.  What a type adds to that: nothing for float32 and bfloat16 weights, whose
    /// factors are multiplied as they are; u for float16 weights, with which a GPU holds activations to 2 u.
    /// `allowsTF32` rounds each factor to 2⁻¹¹ of itself, activations that meet bfloat16 weights to 2⁻⁸, and
    /// again six times that is reached.
    package static func product(
        depth: Int, weight: ElementType = .float32, allowsTF32: Bool = false
    ) -> Tolerance {
        let ulp = 0x1p-24
        var relative = ulp * (8 + 4 * Double(depth).squareRoot())
        if weight == .float16 { relative += 8 * ulp }
        if allowsTF32 { relative += 8 * (weight == .bfloat16 ? 0x1p-8 : 0x1p-11) }
        return Tolerance(absolute: relative, relative: relative)
    }

    /// How far `found` is off in units of what is allowed: up to 1 it is near enough.  NaN must be NaN on both
    /// sides.  `size` is the size of the terms, where it is not one.
    package func excess(_ found: Float, _ expected: Float, size: Double = 1) -> Double {
        if found == expected || found.isNaN && expected.isNaN { return 0 }
        let distance = abs(Double(found) - Double(expected))
        let allowed = absolute * size + relative * abs(Double(expected))
        return distance.isFinite && allowed > 0 ? distance / allowed : .infinity
    }
}
