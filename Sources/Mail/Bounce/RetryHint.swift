/// What a host says of when to come back: "try again in 5 minutes", "retry after 300 seconds", "come back in 00:04:59".
public enum RetryHint {
    /// What stands behind so many bytes of a reply is not looked at.
    public static let limit = 1_024

    /// The first time that follows a word of waiting, as the host says it: to be bounded by whoever asks. `nil`: it
    /// says none.
    public static func parse(_ text: Span<UInt8>) -> Duration? {
        let count = min(text.count, limit)
        var index = 0
        // Where the word of waiting ended: a time counts only close behind it.
        var invitation: Int?
        while index < count {
            if text[index].isDigit, index == 0 || !isPart(text[index - 1]) {
                let (seconds, end) = time(text, from: index, to: count)
                if let seconds, let invitation, index - invitation <= 40 { return .seconds(seconds) }
                index = max(end, index + 1)
            } else if isLetter(text[index]), index == 0 || !isLetter(text[index - 1]) {
                if let end = Self.invitation(text, at: index, to: count) { invitation = end }
                index += 1
            } else {
                index += 1
            }
        }
        return nil
    }

    private static let invitations: [[UInt8]] = [
        "again", "retry", "retries", "come back", "wait", "later", "greylist", "graylist", "delay", "resend", "after",
        "deferred for", "within", "minimum",
    ].map { Array($0.utf8) }

    private static func invitation(_ text: Span<UInt8>, at start: Int, to end: Int) -> Int? {
        for word in invitations where start + word.count <= end {
            var length = 0
            while length < word.count, text[start + length].lowercased == word[length] { length += 1 }
            if length == word.count { return start + length }
        }
        return nil
    }

    /// `300 seconds`, `5min`, `00:04:59` or `04:59`: seconds, and where it ends. A bare number says nothing.
    private static func time(_ text: Span<UInt8>, from start: Int, to limit: Int) -> (seconds: Int64?, end: Int) {
        var (first, index) = number(text, from: start, to: limit)
        if index < limit, text[index] == UInt8(ascii: ":") {
            var parts = [first]
            while parts.count < 3, index + 2 < limit, text[index] == UInt8(ascii: ":"), text[index + 1].isDigit,
                text[index + 2].isDigit
            {
                let (part, end) = number(text, from: index + 1, to: limit)
                guard end == index + 3 else { return (nil, end) }
                parts.append(part)
                index = end
            }
            // A full stop behind the time is no part of it.
            if index + 1 < limit, isPart(text[index]), text[index + 1] > 0x20 { return (nil, index) }
            switch parts.count {
            case 3: return (parts[0] * 3_600 + parts[1] * 60 + parts[2], index)
            case 2: return (parts[0] * 60 + parts[1], index)
            default: return (nil, index)
            }
        }
        while index < limit, text[index] == 0x20 || text[index] == UInt8(ascii: "-") { index += 1 }
        let unitStart = index
        while index < limit, isLetter(text[index]) { index += 1 }
        guard let unit = unit(text, unitStart, index) else { return (nil, unitStart) }
        first *= unit
        return (first, index)
    }

    /// Nine digits are more than anybody waits.
    private static func number(_ text: Span<UInt8>, from start: Int, to limit: Int) -> (value: Int64, end: Int) {
        var value: Int64 = 0
        var index = start
        while index < limit, text[index].isDigit {
            value = min(value * 10 + Int64(text[index] &- UInt8(ascii: "0")), 999_999_999)
            index += 1
        }
        return (value, index)
    }

    private static func unit(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int64? {
        guard end > start, end - start <= 8 else { return nil }
        var word = ""
        for index in start..<end { word.unicodeScalars.append(Unicode.Scalar(text[index].lowercased)) }
        switch word {
        case "s", "sec", "secs", "second", "seconds": return 1
        case "m", "min", "mins", "minute", "minutes": return 60
        case "h", "hr", "hrs", "hour", "hours": return 3_600
        case "d", "day", "days": return 86_400
        default: return nil
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte.lowercased &- UInt8(ascii: "a")) < 26 }

    /// What makes a number part of something else: an address, a status, a version.
    private static func isPart(_ byte: UInt8) -> Bool {
        byte.isDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "#")
    }
}
