import Mail

extension SPFDirective {
    /// `[ qualifier ] mechanism` (RFC 7208 §4.6.1). All bytes of the term are visible ASCII.
    init(parsing bytes: Span<UInt8>, _ term: Range<Int>) throws(SPFSyntaxFailure) {
        var start = term.lowerBound
        // RFC 7208 §4.6.2: "+" when there is none.
        let qualifier = SPFQualifier(bytes[start])
        if qualifier != nil { start += 1 }
        var end = start
        while end < term.upperBound, bytes[end] != UInt8(ascii: ":"), bytes[end] != UInt8(ascii: "/") { end += 1 }
        let rest = end..<term.upperBound
        let mechanism: SPFMechanism
        switch Self.word(bytes, start..<end) {
        case "all":
            guard rest.isEmpty else { throw SPFSyntaxFailure(.unexpectedArgument, at: end) }
            mechanism = .all
        case "include": mechanism = .include(try Self.domain(bytes, rest))
        case "exists": mechanism = .exists(try Self.domain(bytes, rest))
        case "ptr": mechanism = .ptr(rest.isEmpty ? nil : try Self.domain(bytes, rest))
        case "a":
            let (target, prefixes) = try Self.hosts(bytes, rest)
            mechanism = .a(target, prefixes)
        case "mx":
            let (target, prefixes) = try Self.hosts(bytes, rest)
            mechanism = .mx(target, prefixes)
        case "ip4": mechanism = .network(try Self.network(bytes, rest, .v4))
        case "ip6": mechanism = .network(try Self.network(bytes, rest, .v6))
        default: throw SPFSyntaxFailure(.unknownMechanism, at: start)
        }
        self.init(qualifier ?? .pass, mechanism, text: SPFCharacter.printable(bytes, term, limit: 255))
    }

    /// A name in lower case; empty when it is longer than any that is known.
    static func word(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        guard range.count <= 8 else { return "" }
        return unsafe String(unsafeUninitializedCapacity: 8) { out in
            var count = 0
            for index in range {
                unsafe out[count] = SPFCharacter.lowercased(bytes[index])
                count += 1
            }
            return count
        }
    }

    /// `":" domain-spec`.
    private static func domain(_ bytes: Span<UInt8>, _ rest: Range<Int>) throws(SPFSyntaxFailure) -> SPFMacro {
        guard let colon = rest.first else { throw SPFSyntaxFailure(.missingDomain, at: rest.lowerBound) }
        guard bytes[colon] == UInt8(ascii: ":") else { throw SPFSyntaxFailure(.unexpectedArgument, at: colon) }
        return try SPFMacro(parsing: bytes, colon + 1..<rest.upperBound, as: .domainSpec)
    }

    /// `[ ":" domain-spec ] [ dual-cidr-length ]` (RFC 7208 §5.3). The name may hold slashes, so the lengths are taken
    /// from the end; a name can never end like one, because digits alone are no top label.
    private static func hosts(
        _ bytes: Span<UInt8>, _ rest: Range<Int>
    ) throws(SPFSyntaxFailure) -> (SPFMacro?, SPFPrefixes) {
        var prefixes = SPFPrefixes()
        var end = rest.upperBound
        if let slash = slash(bytes, rest.lowerBound..<end), slash > rest.lowerBound,
            bytes[slash - 1] == UInt8(ascii: "/")
        {
            prefixes.v6 = try length(bytes, slash + 1..<end, limit: 128)
            end = slash - 1
        }
        if let slash = slash(bytes, rest.lowerBound..<end) {
            prefixes.v4 = try length(bytes, slash + 1..<end, limit: 32)
            end = slash
        }
        if end == rest.lowerBound { return (nil, prefixes) }
        return (try domain(bytes, rest.lowerBound..<end), prefixes)
    }

    /// `":" ip4-network [ "/" length ]` and its sister (RFC 7208 §5.6).
    private static func network(
        _ bytes: Span<UInt8>, _ rest: Range<Int>, _ family: IPFamily
    ) throws(SPFSyntaxFailure) -> IPNetwork {
        guard rest.count > 1, bytes[rest.lowerBound] == UInt8(ascii: ":") else {
            throw SPFSyntaxFailure(.badAddress, at: rest.lowerBound)
        }
        var end = rest.upperBound
        let limit: UInt8 = family == .v4 ? 32 : 128
        var prefix = limit
        if let slash = slash(bytes, rest) {
            prefix = try length(bytes, slash + 1..<end, limit: limit)
            end = slash
        }
        let start = rest.lowerBound + 1
        guard start < end, let address = IPAddress(parsing: bytes.extracting(start..<end)),
            IPFamily(of: address) == family, let network = IPNetwork(address, prefixLength: Int(prefix))
        else { throw SPFSyntaxFailure(.badAddress, at: start) }
        return network
    }

    /// The place of the slash of a `"/" *DIGIT` at the end of the range.
    private static func slash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var at = range.upperBound
        while at > range.lowerBound, SPFCharacter.isDigit(bytes[at - 1]) { at -= 1 }
        guard at > range.lowerBound, bytes[at - 1] == UInt8(ascii: "/") else { return nil }
        return at - 1
    }

    /// RFC 7208 §12: `"0" / %x31-39 0*2DIGIT`, so without leading zeros, up to the limit.
    private static func length(
        _ bytes: Span<UInt8>, _ digits: Range<Int>, limit: UInt8
    ) throws(SPFSyntaxFailure) -> UInt8 {
        guard (1...3).contains(digits.count), digits.count == 1 || bytes[digits.lowerBound] != UInt8(ascii: "0") else {
            throw SPFSyntaxFailure(.badPrefixLength, at: digits.lowerBound)
        }
        var value = 0
        for index in digits { value = value * 10 + Int(bytes[index] - UInt8(ascii: "0")) }
        guard value <= Int(limit) else { throw SPFSyntaxFailure(.badPrefixLength, at: digits.lowerBound) }
        return UInt8(truncatingIfNeeded: value)
    }
}
