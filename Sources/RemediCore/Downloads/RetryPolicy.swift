/// How often and after how long a failed transfer is tried again.
package struct RetryPolicy: Sendable {
    /// So many tries in a row may bring nothing; the count starts anew when more of a file is here than ever
    /// before.
    package var fruitlessTries = 5
    /// Seconds before the second try; doubled for every further one.
    package var firstDelay = 1.0
    package var longestDelay = 30.0
    /// A server that asks to wait longer is not waited for.
    package var longestWait = 120

    package init() {}

    /// Seconds to wait after `fruitless` tries that brought nothing.
    func delay(afterFruitless fruitless: Int) -> Double {
        var delay = firstDelay
        for _ in 1..<max(1, fruitless) { delay = min(2 * delay, longestDelay) }
        return delay
    }

    /// curl's codes for what may go better another time: name and connection failures, timeouts, a connection
    /// that is cut while it is set up, while sending or receiving, and their likes of HTTP/2 and HTTP/3.
    func isTransient(curl code: Int32, hasReceived: Bool) -> Bool {
        // Names without an address and servers out of reach seldom heal, unless they just worked.
        [16, 18, 28, 35, 52, 55, 56, 92, 95].contains(code) || hasReceived && [5, 6, 7].contains(code)
    }

    func isTransient(status: Int) -> Bool { [408, 425, 429, 500, 502, 503, 504].contains(status) }
}
