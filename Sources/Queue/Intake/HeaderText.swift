import Mail

/// Header fields are composed as bytes, in one array, without a String in between.
extension [UInt8] {
    mutating func put(_ text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func put(_ text: String) { append(contentsOf: text.utf8) }

    /// Text from outside: controls, spaces and what would end a comment or an address become `?`, so that it can
    /// neither end the line nor pass for something else. At most `limit` bytes.
    mutating func put(foreign text: String, limit: Int = 255) {
        for byte in text.utf8.prefix(limit) {
            switch byte {
            case 0x00...0x20, 0x7F, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: ";"), UInt8(ascii: "\\"), UInt8(ascii: "\""):
                append(UInt8(ascii: "?"))
            default:
                append(byte)
            }
        }
    }

    mutating func put(decimal value: Int, width: Int = 1) {
        var digits = 1
        var scale = 1
        while value / scale >= 10 || digits < width {
            scale *= 10
            digits += 1
        }
        while scale > 0 {
            append(UInt8(ascii: "0") + UInt8(value / scale % 10))
            scale /= 10
        }
    }

    /// The 36 characters of the identifier.
    mutating func put(_ id: UUIDv7) {
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { append(UInt8(ascii: "-")) }
            let word = index < 8 ? id.high : id.low
            let byte = UInt8(truncatingIfNeeded: word >> UInt64((7 - index % 8) * 8))
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// RFC 5322 §3.3: `Fri, 21 Nov 2025 03:26:00 +0000`.
    mutating func put(date time: WallTime) {
        let seconds = Swift.max(0, Int(time.milliseconds / 1000))
        let days = seconds / 86_400
        let rest = seconds % 86_400
        // Years counted from March put the leap day last (Howard Hinnant, "chrono-compatible low-level date
        // algorithms").
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        put(Self.weekdays[days % 7])
        put(", ")
        put(decimal: day)
        put(" ")
        put(Self.months[month])
        put(" ")
        put(decimal: year, width: 4)
        put(" ")
        put(decimal: rest / 3_600, width: 2)
        put(":")
        put(decimal: rest / 60 % 60, width: 2)
        put(":")
        put(decimal: rest % 60, width: 2)
        put(" +0000")
    }

    /// From Thursday, 1 January 1970.
    private static var weekdays: [7 of StaticString] { ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"] }
    /// From March.
    private static var months: [12 of StaticString] {
        ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"]
    }
}
