extension String {
    /// The text as one word of a POSIX shell.
    package var quotedForShell: String { "'" + replacing("'", with: "'\\''") + "'" }

    /// The same without quotes where every character is plain.
    package var quotedForShellIfNeeded: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                byte.isASCIILetterOrDigit || "_-=+.,:@%/".utf8.contains(byte)
            }
        return isPlain ? self : quotedForShell
    }
}

extension UInt8 {
    package var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
