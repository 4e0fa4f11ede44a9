extension WallTime {
    /// Reads `date-time` with the obsolete forms of RFC 5322 §4.3: two- and three-digit years, named zones, comments;
    /// the day of the week may be missing or wrong. `nil`: not a date.
    public init?(mailDate text: String) { self.init(mailDate: text.utf8Span.span) }

    public init?(mailDate bytes: Span<UInt8>) {
        guard bytes.count <= 998 else { return nil }
        var parser = MailDateParser(bytes)
        guard let time = parser.read() else { return nil }
        self = time
    }
}

extension Int64 {
    /// Division that rounds toward minus infinity.
    func flooredQuotient(_ divisor: Int64) -> Int64 { self / divisor - (self % divisor < 0 ? 1 : 0) }
}

/// `date-time` of RFC 5322 §3.3 and §4.3.
struct MailDateParser: ~Escapable {
    private let bytes: Span<UInt8>
    private var index = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    @_lifetime(self: copy self)
    mutating func read() -> WallTime? {
        skipBlanks()
        if word() != nil {
            skipBlanks()
            _ = take(UInt8(ascii: ","))
            skipBlanks()
        }
        guard let day = number(1...2), (1...31).contains(day.value) else { return nil }
        skipBlanks()
        _ = take(UInt8(ascii: "-"))
        guard let name = word(),
            let month = MailDateNames.place(of: bytes.extracting(name), in: MailDateNames.months)
        else { return nil }
        skipBlanks()
        _ = take(UInt8(ascii: "-"))
        guard let year = number(2...4) else { return nil }
        // RFC 5322 §4.3.
        let fullYear =
            switch year.digits {
            case 2: year.value + (year.value < 50 ? 2000 : 1900)
            case 3: year.value + 1900
            default: year.value
            }
        let month64 = Int64(month + 1)
        guard day.value <= CivilDate.daysInMonth(month64, year: fullYear) else { return nil }
        guard let time = timeOfDay(), let offset = zone() else { return nil }
        skipBlanks()
        guard index == bytes.count else { return nil }
        let date = CivilDate(year: fullYear, month: month64, day: day.value)
        return WallTime(milliseconds: (date.daysSinceEpoch * 86400 + time - offset) * 1000)
    }

    /// Seconds since midnight. RFC 5322 §3.3: 60 is a leap second.
    @_lifetime(self: copy self)
    private mutating func timeOfDay() -> Int64? {
        skipBlanks()
        guard let hour = number(1...2), hour.value < 24 else { return nil }
        skipBlanks()
        guard take(UInt8(ascii: ":")) else { return nil }
        skipBlanks()
        guard let minute = number(1...2), minute.value < 60 else { return nil }
        var second: Int64 = 0
        skipBlanks()
        if take(UInt8(ascii: ":")) {
            skipBlanks()
            guard let value = number(1...2)?.value, value <= 60 else { return nil }
            second = value
        }
        return hour.value * 3600 + minute.value * 60 + second
    }

    /// Seconds east of Greenwich. RFC 5322 §4.3: a zone name that nobody knows means UTC without a place (-0000).
    @_lifetime(self: copy self)
    private mutating func zone() -> Int64? {
        skipBlanks()
        guard index < bytes.count else { return 0 }
        let sign = bytes[index]
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            index += 1
            guard let value = number(4...4)?.value, value % 100 < 60 else { return nil }
            let offset = value / 100 * 3600 + value % 100 * 60
            return sign == UInt8(ascii: "-") ? -offset : offset
        }
        guard let name = word() else { return nil }
        guard name.count == 3,
            let place = MailDateNames.place(of: bytes.extracting(name), in: MailDateNames.zones)
        else { return 0 }
        return MailDateNames.zoneHours[place] * 3600
    }

    @_lifetime(self: copy self)
    private mutating func word() -> Range<Int>? {
        let start = index
        while index < bytes.count, bytes[index].isLetter { index += 1 }
        return index > start ? start..<index : nil
    }

    @_lifetime(self: copy self)
    private mutating func number(_ width: ClosedRange<Int>) -> (value: Int64, digits: Int)? {
        var value: Int64 = 0
        let start = index
        while index < bytes.count, index - start < width.upperBound, bytes[index].isDigit {
            value = value * 10 + Int64(bytes[index] - UInt8(ascii: "0"))
            index += 1
        }
        guard width.contains(index - start), index == bytes.count || !bytes[index].isDigit else { return nil }
        return (value, index - start)
    }

    @_lifetime(self: copy self)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// White space, line ends of a folded field, and comments.
    @_lifetime(self: copy self)
    private mutating func skipBlanks() {
        var depth = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "(") {
                depth += 1
            } else if byte == UInt8(ascii: ")"), depth > 0 {
                depth -= 1
            } else if byte == UInt8(ascii: "\\"), depth > 0 {
                index += 1
            } else if depth == 0, !byte.isBlank, byte != 0x0D, byte != 0x0A {
                return
            }
            index += 1
        }
        index = min(index, bytes.count)
    }
}
