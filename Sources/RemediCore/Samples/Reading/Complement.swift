/// The numbers 0 ..< total without some, in order; takes no room for those that are left.
struct Complement {
    private let excluded: [Int]
    let count: Int

    /// `excluded` may be in any order and repeat itself; all are below `total`.
    init(of excluded: [Int], below total: Int) {
        var sorted: [Int] = []
        for number in excluded.sorted() where number != sorted.last { sorted.append(number) }
        precondition(sorted.last ?? -1 < total, "only numbers below the total")
        self.excluded = sorted
        count = total - sorted.count
    }

    /// The number at `place`.
    subscript(place: Int) -> Int {
        precondition(place >= 0 && place < count, "a place of the complement")
        var number = place
        for other in excluded {
            if other > number { break }
            number += 1
        }
        return number
    }
}
