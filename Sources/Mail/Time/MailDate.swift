/// The `date-time` of RFC 5322 §3.3: what the Date and Received fields hold.
extension WallTime {
    /// `Mon, 15 Jan 2024 10:30:00 +0000`. Always UTC: the engine has no other time zone.
    public var mailDate: String { ByteText.ascii(mailDateBytes.span) }

    /// The same, behind what is there already.
    public func appendMailDate(to out: inout [UInt8]) {
        let bytes = mailDateBytes
        for index in bytes.indices { out.append(bytes[index]) }
    }

    private var mailDateBytes: InlineArray<31, UInt8> {
        // A four-digit year from 1900 on (RFC 5322 §3.3); what lies outside cannot come from a clock.
        let seconds = min(max(milliseconds.flooredQuotient(1000), -2_208_988_800), 253_402_300_799)
        let days = seconds.flooredQuotient(86400)
        let rest = seconds - days * 86400
        let date = CivilDate(daysSinceEpoch: days)
        var out = InlineArray<31, UInt8>(repeating: UInt8(ascii: " "))
        Self.put(MailDateNames.days, date.weekday, into: &out, at: 0)
        out[3] = UInt8(ascii: ",")
        Self.put(date.day, 2, into: &out, at: 5)
        Self.put(MailDateNames.months, Int(date.month) - 1, into: &out, at: 8)
        Self.put(date.year, 4, into: &out, at: 12)
        Self.put(rest / 3600, 2, into: &out, at: 17)
        out[19] = UInt8(ascii: ":")
        Self.put(rest / 60 % 60, 2, into: &out, at: 20)
        out[22] = UInt8(ascii: ":")
        Self.put(rest % 60, 2, into: &out, at: 23)
        Self.put(0, 4, into: &out, at: 27)
        out[26] = UInt8(ascii: "+")
        return out
    }

    private static func put(
        _ names: StaticString, _ number: Int, into out: inout InlineArray<31, UInt8>, at place: Int
    ) {
        for offset in 0..<3 {
            out[place + offset] = names.withUTF8Buffer { unsafe $0[number * 3 + offset] }
        }
    }

    private static func put(_ value: Int64, _ width: Int, into out: inout InlineArray<31, UInt8>, at place: Int) {
        var value = value
        for offset in (0..<width).reversed() {
            out[place + offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }
}

enum MailDateNames {
    static let days: StaticString = "SunMonTueWedThuFriSat"
    static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    /// RFC 5322 §4.3, with their hours from UTC.
    static let zones: StaticString = "ESTEDTCSTCDTMSTMDTPSTPDT"
    static let zoneHours: InlineArray<8, Int64> = [-5, -4, -6, -5, -7, -6, -8, -7]

    /// The place of a name among names of three letters each, in any case; longer words count by their beginning.
    static func place(of word: Span<UInt8>, in names: StaticString) -> Int? {
        guard word.count >= 3 else { return nil }
        for place in 0..<names.utf8CodeUnitCount / 3 {
            var same = true
            for offset in 0..<3 {
                let expected = names.withUTF8Buffer { unsafe $0[place * 3 + offset] }
                same = same && expected.lowercased == word[offset].lowercased
            }
            if same { return place }
        }
        return nil
    }
}
