import Mail

/// Finds `X-Bench-Sent: NANOSECONDS [NUMBER]` in a header that arrives in pieces. It stands near the beginning, so a
/// byte at a time is cheap; behind it, or behind the header, nothing more is looked at.
struct SentField: Equatable {
    private enum State: Equatable {
        /// So many bytes of the name have matched since the line began.
        case name(Int)
        case otherLine
        case blank
        case time
        case beforeNumber
        case number
        case over
    }

    private static let name: StaticString = "x-bench-sent:"

    private var state = State.name(0)
    private var digits = 0
    /// Nanoseconds of CLOCK_MONOTONIC.
    private(set) var sent: UInt64?
    /// Which message of its load it is.
    private(set) var number: Int?

    var isOver: Bool { state == .over }

    mutating func take(_ byte: UInt8) {
        switch state {
        case .over: return
        case .otherLine:
            if byte == 10 { state = .name(0) }
        case .name(let matched): takeName(byte, matched)
        case .blank:
            if isDigit(byte) { begin(.time, byte) } else if byte != 32 && byte != 9 { state = .over }
        case .time:
            if takeDigit(byte, limit: 20) { return }
            state = byte == 32 ? .beforeNumber : .over
        case .beforeNumber:
            if isDigit(byte) { begin(.number, byte) } else if byte != 32 { state = .over }
        case .number:
            if !takeDigit(byte, limit: 10) { state = .over }
        }
    }

    private mutating func takeName(_ byte: UInt8, _ matched: Int) {
        // An empty line ends the header (RFC 5322 §2.1); its CR is taken for a line of its own.
        if byte == 10 {
            state = .over
            return
        }
        if matched == 0 && byte == 13 { return }
        let lower = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
        guard lower == Self.name.withUTF8Buffer({ unsafe $0[matched] }) else {
            state = .otherLine
            return
        }
        state = matched + 1 == Self.name.utf8CodeUnitCount ? .blank : .name(matched + 1)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private mutating func begin(_ next: State, _ byte: UInt8) {
        digits = 0
        state = next
        if next == .time { sent = 0 } else { number = 0 }
        _ = takeDigit(byte, limit: 1)
    }

    /// - Returns: false when it is no digit. A number that is too long is none at all.
    private mutating func takeDigit(_ byte: UInt8, limit: Int) -> Bool {
        guard isDigit(byte) else { return false }
        digits += 1
        if digits > max(limit, 1) {
            if state == .time { sent = nil } else { number = nil }
            state = .over
            return true
        }
        let digit = byte &- UInt8(ascii: "0")
        if state == .time {
            sent = sent.map { $0 &* 10 &+ UInt64(digit) }
        } else {
            number = number.map { $0 * 10 + Int(digit) }
        }
        return true
    }
}

extension SentField {
    mutating func take(_ bytes: borrowing Bytes, _ range: Range<Int>) {
        var place = range.lowerBound
        while place < range.upperBound && !isOver {
            take(bytes[place])
            place += 1
        }
    }
}

/// Finds the end of content that comes by DATA: `CRLF . CRLF`, or the dot line right at the beginning
/// (RFC 5321 §4.1.1.4).
enum ContentEnd {
    /// - Parameter isStart: the buffer begins with the content's first byte.
    /// - Returns: how many bytes there are up to and with the end; `nil` when it has not come yet.
    static func find(in bytes: borrowing Bytes, isStart: Bool) -> Int? {
        var from = 0
        while let dot = bytes.firstIndex(of: UInt8(ascii: "."), from: from) {
            guard dot + 2 < bytes.count else { return nil }
            let opens =
                dot >= 2 ? bytes[dot - 2] == 13 && bytes[dot - 1] == 10 : dot == 0 && isStart
            if opens && bytes[dot + 1] == 13 && bytes[dot + 2] == 10 { return dot + 3 }
            from = dot + 1
        }
        return nil
    }

    /// What has to stay until more has come, as the end may lie across.
    static let tail = 4
}
