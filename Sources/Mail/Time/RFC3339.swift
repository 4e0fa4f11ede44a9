/// The time format of every JSON document and SQL export: `2026-01-15T10:30:00Z` (RFC 3339 §5.6, a profile of ISO
/// 8601).
extension WallTime {
    /// UTC, whole seconds. Years outside 0000...9999 are clamped.
    public var rfc3339: String {
        let lowest: Int64 = -62_167_219_200
        let highest: Int64 = 253_402_300_799
        let whole = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
        let seconds = min(max(whole, lowest), highest)
        let days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0)
        let rest = seconds - days * 86400
        let date = CivilDate(daysSinceEpoch: days)
        return unsafe String(unsafeUninitializedCapacity: 20) { out in
            var at = 0
            func put(_ value: Int64, _ width: Int) {
                var value = value
                for place in stride(from: at + width - 1, through: at, by: -1) {
                    unsafe out[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
                    value /= 10
                }
                at += width
            }
            func put(_ character: Unicode.Scalar) {
                unsafe out[at] = UInt8(ascii: character)
                at += 1
            }
            put(date.year, 4)
            put("-")
            put(date.month, 2)
            put("-")
            put(date.day, 2)
            put("T")
            put(rest / 3600, 2)
            put(":")
            put(rest / 60 % 60, 2)
            put(":")
            put(rest % 60, 2)
            put("Z")
            return 20
        }
    }

    /// RFC 3339 with any offset and any fraction; also what callers write in its place: a blank for the `T`, no
    /// seconds, no offset (taken as UTC), or a bare date. `nil`: not a time.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 40 else { return nil }
        var at = 0
        func number(_ width: Int) -> Int64? {
            guard at + width <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[at..<at + width] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            at += width
            return value
        }
        func take(_ choices: StaticString...) -> Bool {
            guard at < bytes.count else { return false }
            for choice in choices where unsafe choice.utf8Start.pointee == bytes[at] {
                at += 1
                return true
            }
            return false
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            (1...12).contains(month), day >= 1, day <= CivilDate.daysInMonth(month, year: year)
        else { return nil }
        var time: Int64 = 0
        var fraction: Int64 = 0
        var offset: Int64 = 0
        if at < bytes.count {
            guard take("T", "t", " "), let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60
            else { return nil }
            time = hour * 3600 + minute * 60
            if take(":") {
                // RFC 3339 §5.7: 60 is a leap second; it is counted as the first second of the next minute.
                guard let second = number(2), second <= 60 else { return nil }
                time += second
                if take(".", ",") {
                    var scale: Int64 = 100
                    var digits = 0
                    while let digit = number(1) {
                        fraction += digit * scale
                        scale /= 10
                        digits += 1
                    }
                    guard digits > 0 else { return nil }
                }
            }
            if at < bytes.count, !take("Z", "z") {
                let sign: Int64 = bytes[at] == UInt8(ascii: "-") ? -1 : 1
                guard take("+", "-"), let hours = number(2), hours < 24 else { return nil }
                _ = take(":")
                guard let minutes = at == bytes.count ? 0 : number(2), minutes < 60 else { return nil }
                offset = sign * (hours * 3600 + minutes * 60)
            }
        }
        guard at == bytes.count else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        self.init(milliseconds: (days * 86400 + time - offset) * 1000 + fraction)
    }
}
