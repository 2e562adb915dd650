/// How fast a stage goes on, by the news of it.
///
/// Work done before the first update is not counted: a resumed stage does not start at zero.  The later half
/// of the time counts, so that a slow start (a first chunk, an epoch that computes what others reuse) is soon
/// forgotten.
struct SpeedEstimate {
    private struct Moment {
        var done: Int
        var time: Double
    }

    /// When the stage began.
    private let start: Double
    private var moments: [Moment] = []

    /// So many moments are kept at most; then every other one is forgotten.
    private static let limit = 256

    init(start: Double) { self.start = start }

    mutating func add(done: Int, at time: Double) {
        if let last = moments.last, done <= last.done { return }
        moments.append(Moment(done: done, time: time))
        if moments.count > Self.limit {
            moments = moments.enumerated().filter { $0.offset % 2 == 0 || $0.offset == Self.limit }.map(
                \.element)
        }
    }

    /// Done a second from the first news to the last.
    var average: Double? {
        guard let first = moments.first, let last = moments.last, last.time > first.time else { return nil }
        return Double(last.done - first.done) / (last.time - first.time)
    }

    /// Done a second; nil as long as nobody can tell.
    ///
    /// Updates arrive in bursts when samples run in parallel, so items right after the first appear to take no
    /// time.  So the time after the first update must be a good part of the
    /// time before it.
    func speed(at now: Double) -> Double? {
        guard let first = moments.first, let last = moments.last, last.done > first.done,
            last.time - first.time >= 0.25 * (first.time - start)
        else { return nil }
        let middle = (first.time + last.time) / 2
        let base = moments.last { $0.time <= middle } ?? first
        guard last.time > base.time else { return nil }
        // Where news are late, less is done by now than the last ones say.
        let time = max(last.time, now - (last.time - base.time)) - base.time
        return Double(last.done - base.done) / time
    }
}
