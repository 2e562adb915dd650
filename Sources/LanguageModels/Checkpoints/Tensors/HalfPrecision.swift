/// Rounding to 16-bit formats, to nearest with ties to even.
package enum HalfPrecision {
    /// The upper half of the float32.
    package static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }

    /// IEEE 754 binary16; too large values become infinite, small ones subnormal.
    package static func float16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude >= 0x7F80_0000 { return sign | (magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00) }
        if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Subnormal: the unit is 2⁻²⁴; adding ½ lets the float adder round to it.
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- Float(0.5).bitPattern)
        }
        let rebased = magnitude &- 0x3800_0000
        return sign | UInt16(truncatingIfNeeded: (rebased &+ 0xFFF &+ (rebased >> 13 & 1)) >> 13)
    }
}
