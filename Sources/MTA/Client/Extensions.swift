import Mail

/// What a host offered in its reply to EHLO (RFC 5321 §4.1.1.1). Empty after HELO, and thrown away by STARTTLS.
struct Extensions: Hashable, Sendable {
    struct Keywords: OptionSet, Hashable, Sendable {
        let rawValue: UInt16
        /// RFC 2920
        static let pipelining = Self(rawValue: 1)
        /// RFC 6152
        static let eightBitMIME = Self(rawValue: 2)
        /// RFC 6531
        static let smtpUTF8 = Self(rawValue: 4)
        /// RFC 1870
        static let size = Self(rawValue: 8)
        /// RFC 3030
        static let chunking = Self(rawValue: 16)
        /// RFC 3207
        static let startTLS = Self(rawValue: 32)
        /// RFC 3461
        static let dsn = Self(rawValue: 64)
        /// RFC 2034
        static let enhancedStatusCodes = Self(rawValue: 128)
        /// RFC 4954
        static let auth = Self(rawValue: 256)
    }

    struct Mechanisms: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        /// RFC 4616
        static let plain = Self(rawValue: 1)
        static let login = Self(rawValue: 2)
    }

    var offered: Keywords = []
    var mechanisms: Mechanisms = []
    /// RFC 1870 §4: the largest message in bytes; `nil` when the host names no limit or "0", which means none.
    var sizeLimit: Int?

    init() {}

    /// Reads the lines behind the first, which greets. Unknown keywords are none of our business.
    static func parse(_ head: ReplyHead, in input: borrowing Bytes) -> Extensions {
        var extensions = Extensions()
        // Once per connection, so text is affordable here.
        let lines = input.copy(0..<head.length).split(separator: UInt8(ascii: "\n")).dropFirst()
        for line in lines { extensions.add(line.dropFirst(4)) }
        return extensions
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") })
        guard let first = words.first else { return }
        // RFC 5321 §2.4: keywords are not case-sensitive.
        switch String(decoding: first, as: UTF8.self).uppercased() {
        case "PIPELINING": offered.insert(.pipelining)
        case "8BITMIME": offered.insert(.eightBitMIME)
        case "SMTPUTF8": offered.insert(.smtpUTF8)
        case "CHUNKING": offered.insert(.chunking)
        case "STARTTLS": offered.insert(.startTLS)
        case "DSN": offered.insert(.dsn)
        case "ENHANCEDSTATUSCODES": offered.insert(.enhancedStatusCodes)
        case "SIZE":
            offered.insert(.size)
            sizeLimit = words.dropFirst().first
                .flatMap { Int(String(decoding: $0, as: UTF8.self)) }
                .flatMap { $0 > 0 ? $0 : nil }
        case "AUTH":
            addMechanisms(words.dropFirst())
        case let word where word.hasPrefix("AUTH="):
            // Hosts of before RFC 4954 write `AUTH=LOGIN PLAIN`.
            addMechanisms([first.dropFirst(5)] + words.dropFirst())
        default: break
        }
    }

    private mutating func addMechanisms(_ words: ArraySlice<ArraySlice<UInt8>>) {
        offered.insert(.auth)
        for word in words {
            switch String(decoding: word, as: UTF8.self).uppercased() {
            case "PLAIN": mechanisms.insert(.plain)
            case "LOGIN": mechanisms.insert(.login)
            default: break
            }
        }
    }
}
