/// MT19937 (Matsumoto and Nishimura, 1998), on which the generators of PyTorch and Python rest.
struct MersenneTwister: Sendable {
    private static let size = 624
    private static let middle = 397
    private var words: [UInt32]
    private var position = size

    /// The initialisation from one word.
    init(word: UInt32) {
        words = [UInt32](repeating: 0, count: Self.size)
        words[0] = word
        for index in 1..<Self.size {
            let previous = words[index - 1]
            words[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
        }
    }

    /// The initialisation from a key of one or more words.
    init(key: [UInt32]) {
        precondition(!key.isEmpty, "a key needs a word")
        self.init(word: 19_650_218)
        var place = 1
        func advance() {
            place += 1
            if place == Self.size {
                words[0] = words[Self.size - 1]
                place = 1
            }
        }
        for round in 0..<max(Self.size, key.count) {
            let number = round % key.count
            let previous = words[place - 1]
            words[place] =
                (words[place] ^ ((previous ^ (previous >> 30)) &* 1_664_525)) &+ key[number] &+ UInt32(number)
            advance()
        }
        for _ in 1..<Self.size {
            let previous = words[place - 1]
            words[place] =
                (words[place] ^ ((previous ^ (previous >> 30)) &* 1_566_083_941)) &- UInt32(place)
            advance()
        }
        words[0] = 0x8000_0000
    }

    mutating func next() -> UInt32 {
        if position == Self.size { renew() }
        var word = words[position]
        position += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9d2c_5680
        word ^= (word << 15) & 0xefc6_0000
        return word ^ (word >> 18)
    }

    /// Passes over `count` words.
    mutating func skip(_ count: Int) {
        var left = count
        while left > 0 {
            if position == Self.size { renew() }
            let step = min(left, Self.size - position)
            position += step
            left -= step
        }
    }

    private mutating func renew() {
        for index in 0..<Self.size {
            let joined =
                (words[index] & 0x8000_0000) | (words[(index + 1) % Self.size] & 0x7fff_ffff)
            var word = words[(index + Self.middle) % Self.size] ^ (joined >> 1)
            if joined & 1 == 1 { word ^= 0x9908_b0df }
            words[index] = word
        }
        position = 0
    }
}
