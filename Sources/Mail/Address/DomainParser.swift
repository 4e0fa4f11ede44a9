/// The domain of a mailbox (RFC 5321 §4.1.2): labels, or an address literal in brackets (§4.1.3).
enum DomainParser {
    /// Reads from `start` as far as the domain goes; the caller decides whether what follows may follow.
    static func parse(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> (domain: Domain, end: Int) {
        guard start < bytes.count else { throw .missingDomain(at: start) }
        if bytes[start] == UInt8(ascii: "[") { return try literal(bytes, from: start) }
        return try name(bytes, from: start, options: options)
    }

    private static func name(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> (domain: Domain, end: Int) {
        var index = start
        var labelStart = start
        var isInternational = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte.isLetterOrDigit {
                index += 1
            } else if byte == UInt8(ascii: "-") {
                guard index > labelStart else { throw .badDomain(at: index) }
                index += 1
            } else if byte == UInt8(ascii: ".") {
                try checkLabel(bytes, labelStart..<index)
                index += 1
                labelStart = index
            } else if !byte.isASCII {
                guard options.allowsUTF8 else { throw .needsSMTPUTF8(at: index) }
                isInternational = true
                index += 1
            } else {
                break
            }
        }
        guard index > start else { throw .missingDomain(at: index) }
        try checkLabel(bytes, labelStart..<index)
        if isInternational {
            return (try IDNA.domain(bytes, start..<index), index)
        }
        guard index - start <= AddressOptions.domainLimit else { throw .domainTooLong(at: start) }
        return (Domain(canonical: lowercased(bytes, start..<index)), index)
    }

    private static func checkLabel(_ bytes: Span<UInt8>, _ label: Range<Int>) throws(AddressFailure) {
        guard !label.isEmpty else { throw .badDomain(at: label.lowerBound) }
        guard bytes[label.upperBound - 1] != UInt8(ascii: "-") else { throw .badDomain(at: label.upperBound - 1) }
        // RFC 5891 §5.4: what begins like an A-label must at least be Punycode.
        if label.count > 4, bytes[label.lowerBound + 2] == UInt8(ascii: "-"),
            bytes[label.lowerBound + 3] == UInt8(ascii: "-"), bytes[label.lowerBound].lowercased == UInt8(ascii: "x"),
            bytes[label.lowerBound + 1].lowercased == UInt8(ascii: "n")
        {
            let digits = lowercased(bytes, label.lowerBound + 4..<label.upperBound)
            guard Punycode.decode(digits[...]) != nil else { throw .badInternationalLabel(at: label.lowerBound) }
        }
        // The limit of 63 holds for the A-label, so an international one is measured when it has become that.
        guard label.count > 63 else { return }
        for index in label where !bytes[index].isASCII { return }
        throw .labelTooLong(at: label.lowerBound)
    }

    /// One allocation: the domain is ASCII here.
    static func lowercased(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        unsafe String(unsafeUninitializedCapacity: range.count) { out in
            var count = 0
            for index in range {
                unsafe out[count] = bytes[index].lowercased
                count += 1
            }
            return count
        }
    }

    /// RFC 5321 §4.1.3. The text is made canonical, so that two ways of writing an address are one domain.
    private static func literal(
        _ bytes: Span<UInt8>, from start: Int
    ) throws(AddressFailure) -> (domain: Domain, end: Int) {
        var end = start + 1
        var colon: Int?
        while end < bytes.count, bytes[end] != UInt8(ascii: "]") {
            // dcontent: %d33-90 / %d94-126
            let byte = bytes[end]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "["), byte != UInt8(ascii: "\\") else {
                throw .badAddressLiteral(at: end)
            }
            if byte == UInt8(ascii: ":"), colon == nil { colon = end }
            end += 1
        }
        guard end < bytes.count else { throw .badAddressLiteral(at: end) }
        guard end - start < AddressOptions.domainLimit else { throw .domainTooLong(at: start) }
        guard let colon else {
            guard let address = IPAddress.parseV4(bytes, start + 1..<end, leadingZeros: true) else {
                throw .badAddressLiteral(at: start + 1)
            }
            return (Domain(literal: address), end + 1)
        }
        if isIPv6Tag(bytes, start + 1..<colon) {
            guard let address = IPAddress.parseV6(bytes, colon + 1..<end) else {
                throw .badAddressLiteral(at: colon + 1)
            }
            return (Domain(literal: address), end + 1)
        }
        // Standardized-tag ":" 1*dcontent, where the tag is an Ldh-str.
        guard colon + 1 < end, colon > start + 1, bytes[colon - 1].isLetterOrDigit else {
            throw .badAddressLiteral(at: start + 1)
        }
        for index in start + 1..<colon where !bytes[index].isLetterOrDigit && bytes[index] != UInt8(ascii: "-") {
            throw .badAddressLiteral(at: index)
        }
        // An unnumbered tag with hexadecimal groups is an IPv6 address that lacks its tag.
        if IPAddress.parseV6(bytes, start + 1..<end) != nil { throw .badAddressLiteral(at: start + 1) }
        return (Domain(canonical: lowercased(bytes, start..<end + 1)), end + 1)
    }

    private static func isIPv6Tag(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let tag: StaticString = "ipv6"
        guard range.count == 4 else { return false }
        return tag.withUTF8Buffer { expected in
            for offset in 0..<4 where unsafe bytes[range.lowerBound + offset].lowercased != expected[offset] {
                return false
            }
            return true
        }
    }
}
