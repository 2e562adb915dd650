/// Python's `random` module after `random.seed(n)`, as far as drawing a data set needs it.  Agrees with CPython
/// number by number, hence gives the reference's samples.
struct PythonRandom: Sendable {
    private var twister: MersenneTwister

    init(seed: UInt64) {
        var key = [UInt32(truncatingIfNeeded: seed)]
        if seed >> 32 != 0 { key.append(UInt32(seed >> 32)) }
        twister = MersenneTwister(key: key)
    }

    /// Uniform in 0 ..< bound: numbers of as many bits as the bound has, until one is below it.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0 && bound <= UInt32.max, "a bound of one word")
        let shift = UInt32(UInt32(bound).leadingZeroBitCount)
        while true {
            let value = Int(twister.next() >> shift)
            if value < bound { return value }
        }
    }

    /// `shuffle(list)`: from the end.
    mutating func shuffle<Element>(_ list: inout [Element]) {
        for last in stride(from: list.count - 1, to: 0, by: -1) { list.swapAt(last, below(last + 1)) }
    }

    /// The places that `sample(population, size)` draws from a population of `count`.
    ///
    /// Python takes from a shrinking pool where the population is small, else draws again what came before.
    mutating func sample(_ size: Int, of count: Int) -> [Int] {
        precondition(size >= 0 && size <= count, "a sample that the population holds")
        var poolLimit = 21
        if size > 5 {
            var power = 1
            while power < size * 3 { power *= 4 }
            poolLimit += power
        }
        var result: [Int] = []
        if count <= poolLimit {
            var pool = Array(0..<count)
            for left in stride(from: count, to: count - size, by: -1) {
                let place = below(left)
                result.append(pool[place])
                pool[place] = pool[left - 1]
            }
        } else {
            var seen: Set<Int> = []
            while result.count < size {
                let place = below(count)
                if seen.insert(place).inserted { result.append(place) }
            }
        }
        return result
    }
}
