/// Turns tokens' spellings back into text.
struct TokenDecoder: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// Spellings in the byte alphabet.
        case byteLevel
        /// `<0x…>` tokens are bytes; what is not UTF-8 becomes U+FFFD byte by byte.
        case byteFallback
        /// All tokens become one.
        case fuse
        /// Up to so many of a scalar are cut from each token's ends.
        case strip(Unicode.Scalar, start: Int, stop: Int)
        case replace(String, with: String)
        /// `replacement` is a space; in the first token it vanishes if it was put there.
        case metaspace(Unicode.Scalar, vanishesFirst: Bool)
    }

    /// Nil if there is no decoder: tokens are joined by spaces.
    var steps: [Step]?

    func text(of spellings: [[UInt8]]) -> String {
        guard let steps else {
            return spellings.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
        var tokens = spellings
        for step in steps { tokens = Self.apply(step, tokens) }
        return String(decoding: tokens.joined(), as: UTF8.self)
    }

    private static func apply(_ step: Step, _ tokens: [[UInt8]]) -> [[UInt8]] {
        switch step {
        case .byteLevel:
            var bytes: [UInt8] = []
            for token in tokens where !ByteAlphabet.appendBytes(of: token, to: &bytes) {
                bytes.append(contentsOf: token)
            }
            return [Array(String(decoding: bytes, as: UTF8.self).utf8)]
        case .byteFallback: return joinBytes(tokens)
        case .fuse: return [Array(tokens.joined())]
        case .strip(let scalar, let start, let stop):
            return tokens.map { strip($0, scalar, start: start, stop: stop) }
        case .replace(let pattern, let content):
            return tokens.map { token in
                var text = token.withUnsafeBufferPointer { AlignedText($0, firstScalar: 0) }
                text.replace(Array(pattern.utf8), with: Array(content.utf8))
                return text.bytes
            }
        case .metaspace(let replacement, let vanishesFirst):
            return tokens.enumerated().map { index, token in
                var text = String.UnicodeScalarView()
                for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
                    if scalar != replacement {
                        text.append(scalar)
                    } else if index > 0 || !vanishesFirst {
                        text.append(" ")
                    }
                }
                return Array(String(text).utf8)
            }
        }
    }

    private static func joinBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var pending: [UInt8] = []
        func flush() {
            guard !pending.isEmpty else { return }
            if String(validating: pending, as: UTF8.self) != nil {
                result.append(pending)
            } else {
                result.append(contentsOf: repeatElement(Array("\u{FFFD}".utf8), count: pending.count))
            }
            pending = []
        }
        for token in tokens {
            if let byte = fallbackByte(token) {
                pending.append(byte)
            } else {
                flush()
                result.append(token)
            }
        }
        flush()
        return result
    }

    private static func fallbackByte(_ token: [UInt8]) -> UInt8? {
        guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">") else {
            return nil
        }
        return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
    }

    private static func strip(_ token: [UInt8], _ scalar: Unicode.Scalar, start: Int, stop: Int) -> [UInt8] {
        let scalars = Array(String(decoding: token, as: UTF8.self).unicodeScalars)
        let first = scalars.prefix(start).prefix { $0 == scalar }.count
        let last = scalars.dropFirst(first).suffix(stop).reversed().prefix { $0 == scalar }.count
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[first..<scalars.count - last])
        return Array(String(view).utf8)
    }
}
