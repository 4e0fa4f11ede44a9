import Mail

/// Reads the value of a signature field. Names are compared exactly, the values that ABNF spells as literals without
/// regard to case (RFC 5234 §2.3).
extension DKIMSignature {
    /// Fields that `h=` may name.
    package static let fieldLimit = 500

    /// - Parameter value: what stands behind the colon of the field, folded as it came.
    package init(_ value: Span<UInt8>, as kind: Kind = .dkim) throws(SignatureFailure) {
        try self.init(Self.tagList(value), as: kind)
    }

    package static func tagList(_ value: Span<UInt8>) throws(SignatureFailure) -> TagList {
        do throws(TagListFailure) {
            return try TagList(value)
        } catch {
            switch error {
            case .duplicate: throw .duplicateTag
            case .malformed, .tooManyTags, .tooLong: throw .malformed
            }
        }
    }

    package init(_ list: TagList, as kind: Kind = .dkim) throws(SignatureFailure) {
        tags = list
        if kind == .dkim, try Self.required(list, "v") != "1" {
            // RFC 6376 §6.1.1: a version that is not known says nothing about the other tags.
            throw .unknownVersion
        }
        let required = kind == .arcSeal ? ["a", "b", "d", "s"] : ["a", "b", "bh", "d", "h", "s"]
        for name in required { _ = try Self.required(list, name) }
        domain = try Self.domain(list)
        selector = try Self.selector(list)
        guard let algorithm = SignatureAlgorithm(rawValue: try Self.required(list, "a").lowercased()) else {
            throw .unknownAlgorithm
        }
        self.algorithm = algorithm
        signature = try Self.base64(list, "b")
        (identity, identityDomain) = ("@" + domain.text, domain)
        (bodyHash, fields, bodyLength) = ([], [], nil)
        form = .relaxed
        signedAt = try Self.number(list, "t")
        expiresAt = try Self.number(list, "x")
        // RFC 6376 §3.5: `x=` must be greater than `t=`.
        if let signedAt, let expiresAt, expiresAt <= signedAt { throw .badTag("x") }
        if kind == .arcSeal { return }
        bodyHash = try Self.base64(list, "bh")
        guard bodyHash.count == algorithm.hash.size else { throw .badTag("bh") }
        form = try Self.canonicalization(list)
        fields = try Self.fields(list, allowsEmpty: kind == .arcMessage)
        bodyLength = try Self.number(list, "l").map { Int($0) }
        try Self.checkQueryMethods(list)
        guard kind == .dkim else { return }
        // RFC 6376 §6.1.1: From must be signed.
        guard fields.contains("from") else { throw .fromNotSigned }
        if let identity = try Self.identity(list) {
            // RFC 6376 §6.1.1: `i=` is the same as `d=`, or below it.
            guard identity.domain.isWithin(domain) else { throw .identityOutsideDomain }
            (self.identity, identityDomain) = identity
        }
    }

    private static func required(_ list: TagList, _ name: String) throws(SignatureFailure) -> String {
        guard let text = list.text(name) else { throw .missingTag(name) }
        return text
    }

    private static func base64(_ list: TagList, _ name: String) throws(SignatureFailure) -> [UInt8] {
        guard let encoded = list.compact(name), !encoded.isEmpty, let bytes = Base64.decode(encoded.span) else {
            throw .badTag(name)
        }
        return bytes
    }

    /// RFC 6376 §3.5: up to 12 digits for times and 76 for lengths; whatever is beyond our range is as good as
    /// endless.
    private static func number(_ list: TagList, _ name: String) throws(SignatureFailure) -> Int64? {
        guard let text = list.text(name) else { return nil }
        guard (1...76).contains(text.utf8.count) else { throw .badTag(name) }
        var value: Int64 = 0
        for byte in text.utf8 {
            let digit = byte &- 0x30
            guard digit < 10 else { throw .badTag(name) }
            let (tenfold, isTooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooBig) = tenfold.addingReportingOverflow(Int64(digit))
            value = isTooBig || isStillTooBig ? .max : sum
        }
        return value
    }

    private static func domain(_ list: TagList) throws(SignatureFailure) -> Domain {
        // RFC 6376 §3.5: `domain-name = sub-domain 1*("." sub-domain)`; RFC 8616 §5 adds U-labels.
        guard let domain = Domain(try required(list, "d")), !domain.isAddressLiteral, domain.text.contains(".") else {
            throw .badTag("d")
        }
        return domain
    }

    private static func selector(_ list: TagList) throws(SignatureFailure) -> String {
        let text = try required(list, "s")
        if SigningKey.isSelector(text) { return text }
        // RFC 8616 §5: U-labels, which are asked for as A-labels.
        guard text.utf8.contains(where: { $0 > 0x7F }), let name = Domain(text), !name.isAddressLiteral else {
            throw .badTag("s")
        }
        return name.text
    }

    /// RFC 6376 §3.5: one name stands for the header section, and the body is simple then.
    private static func canonicalization(_ list: TagList) throws(SignatureFailure) -> CanonicalizationPair {
        guard let text = list.text("c")?.lowercased() else {
            return CanonicalizationPair(header: .simple, body: .simple)
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let header = Canonicalization(rawValue: String(parts[0])), parts.count <= 2 else {
            throw .unknownCanonicalization
        }
        if parts.count == 1 { return CanonicalizationPair(header: header, body: .simple) }
        guard let body = Canonicalization(rawValue: String(parts[1])) else { throw .unknownCanonicalization }
        return CanonicalizationPair(header: header, body: body)
    }

    /// - Parameter allowsEmpty: names of no length, which name nothing. ARC's published suite has them pass.
    private static func fields(_ list: TagList, allowsEmpty: Bool) throws(SignatureFailure) -> [String] {
        guard let text = list.compact("h") else { throw .missingTag("h") }
        let names = text.split(separator: .colon, omittingEmptySubsequences: false)
        guard names.count <= fieldLimit else { throw .badTag("h") }
        var fields: [String] = []
        fields.reserveCapacity(names.count)
        for name in names {
            guard allowsEmpty || !name.isEmpty, name.allSatisfy({ $0 < 0x7F }) else { throw .badTag("h") }
            fields.append(String(decoding: name.map(\.lowercased), as: UTF8.self))
        }
        return fields
    }

    /// RFC 6376 §3.5: `q=` is a list of which one method is enough; only dns/txt exists.
    private static func checkQueryMethods(_ list: TagList) throws(SignatureFailure) {
        guard let text = list.unfolded("q")?.lowercased() else { return }
        guard text.split(separator: ":").contains(where: { $0 == "dns/txt" }) else { throw .unknownQueryMethod }
    }

    private static func identity(_ list: TagList) throws(SignatureFailure) -> (text: String, domain: Domain)? {
        guard let encoded = list.compact("i") else { return nil }
        guard let bytes = DKIMQuotedPrintable.decode(encoded), let at = bytes.lastIndex(of: UInt8(ascii: "@")),
            let domain = Domain(String(decoding: bytes[(at + 1)...], as: UTF8.self)), !domain.isAddressLiteral
        else { throw .badTag("i") }
        let local = String(decoding: bytes[..<at], as: UTF8.self)
        // Encoded controls would come out again in fields that quote this one.
        let isPlain = local.unicodeScalars.allSatisfy { $0.value > 0x1F && !(0x7F...0x9F).contains($0.value) }
        return ((isPlain ? local : "") + "@" + domain.text, domain)
    }
}

/// RFC 6376 §2.11.
enum DKIMQuotedPrintable {
    /// `nil` when an equals sign has no two hexadecimal digits behind it. White space is gone before.
    static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if bytes[at] != UInt8(ascii: "=") {
                out.append(bytes[at])
                at += 1
                continue
            }
            guard at + 2 < bytes.count, let high = value(bytes[at + 1]), let low = value(bytes[at + 2]) else {
                return nil
            }
            out.append(high << 4 | low)
            at += 3
        }
        return out
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}
