/// The date of an HTTP header, read without Foundation, whose formatters are not made for strangers' text.
///
/// Source: RFC 9110, section 5.6.7.
package struct HTTPDate: Sendable, Equatable {
    /// Seconds since 1 January 1970, leap seconds not counted.
    package let seconds: Int

    /// Reads any of the three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` (years
    /// from 70 on are of the last century) and `Sun Nov  6 08:49:37 1994`.
    ///
    /// The weekday must be one, but need not be the right one. Returns nil for anything else, years without
    /// four digits and days that a month does not have included.
    package init?(_ text: String) {
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        let found: Int?
        switch words.count {
        case 6:
            guard words[5] == "GMT", Self.isWeekday(words[0], isLong: false, ending: ","),
                words[1].utf8.count == 2
            else { return nil }
            found = Self.seconds(
                year: Self.number(words[3], digits: 4), month: words[2], day: words[1], time: words[4])
        case 4:
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard words[3] == "GMT", Self.isWeekday(words[0], isLong: true, ending: ","), date.count == 3,
                date[0].utf8.count == 2
            else { return nil }
            let year = Self.number(date[2], digits: 2).map { $0 + ($0 < 70 ? 2000 : 1900) }
            found = Self.seconds(year: year, month: date[1], day: date[0], time: words[2])
        case 5:
            guard Self.isWeekday(words[0], isLong: false, ending: "") else { return nil }
            found = Self.seconds(
                year: Self.number(words[4], digits: 4), month: words[1], day: words[2], time: words[3])
        default: return nil
        }
        guard let found else { return nil }
        seconds = found
    }

    private static let weekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func isWeekday(_ word: Substring, isLong: Bool, ending: String) -> Bool {
        weekdays.contains { word == (isLong ? $0 : String($0.prefix(3))) + ending }
    }

    /// ASCII digits, exactly so many.
    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func seconds(year: Int?, month: Substring, day: Substring, time: Substring) -> Int? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2) }
        guard let year, let index = months.firstIndex(of: String(month)),
            let day = number(day, digits: 2) ?? number(day, digits: 1), clock.count == 3,
            let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60,
            // 60: a leap second.
            second <= 60
        else { return nil }
        let isLeapYear = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        let lengths = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[index]).contains(day) else { return nil }
        let days = daysBefore(year: year) + lengths[..<index].reduce(0, +) + day - 1 - daysBefore(year: 1970)
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    /// Days of the Gregorian calendar since a year -399, which lies 400 years, a whole cycle, before year 1.
    private static func daysBefore(year: Int) -> Int {
        let past = year + 399
        return past * 365 + past / 4 - past / 100 + past / 400
    }
}
