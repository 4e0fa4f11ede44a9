package import Mail

/// What the letters of RFC 7208 §7.2 stand for in one evaluation.
package struct SPFMacroValues: Sendable {
    /// `%{l}`; never empty.
    package var localPart: String
    /// `%{o}`.
    package var senderDomain: String
    /// `%{d}`: the domain whose record is being evaluated.
    package var domain: String
    /// `%{i}`, `%{c}`, `%{v}`: with an IPv4-mapped address unmapped.
    package var client: IPAddress
    /// `%{h}`, as it was said.
    package var helo: String
    /// `%{p}`.
    package var validatedName = "unknown"
    /// `%{r}`: the host that checks.
    package var receiver = "unknown"
    /// `%{t}`: seconds since 1970.
    package var seconds: Int64 = 0

    package init(localPart: String, senderDomain: String, domain: String, client: IPAddress, helo: String) {
        self.localPart = localPart
        self.senderDomain = senderDomain
        self.domain = domain
        self.client = client
        self.helo = helo
    }

    func value(of letter: SPFMacro.Letter) -> [UInt8] {
        switch letter {
        case .sender: Array("\(localPart)@\(senderDomain)".utf8)
        case .localPart: Array(localPart.utf8)
        case .senderDomain: Array(senderDomain.utf8)
        case .domain: Array(domain.utf8)
        case .address: dottedAddress
        case .validatedName: Array(validatedName.utf8)
        // RFC 7208 §7.2.
        case .version: Array((IPFamily(of: client) == .v4 ? "in-addr" : "ip6").utf8)
        case .helo: Array(helo.utf8)
        case .readableAddress: Array("\(client)".utf8)
        case .receiver: Array(receiver.utf8)
        case .time: Array("\(seconds)".utf8)
        }
    }

    /// RFC 7208 §7.3: dotted quad, or the 32 hexadecimal digits with a dot between each two.
    private var dottedAddress: [UInt8] {
        guard case .v6(let high, let low) = client else { return Array("\(client)".utf8) }
        var out: [UInt8] = []
        out.reserveCapacity(63)
        for place in 0..<32 {
            if place > 0 { out.append(UInt8(ascii: ".")) }
            let word = place < 16 ? high : low
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (place % 16))) & 15
            out.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + (nibble - 10))
        }
        return out
    }
}

extension SPFMacro {
    /// No name and no explanation needs more; a record that repeats `%{s}` until it fills a packet gets nothing.
    private static let limit = 16_384

    /// The text that the macro-string stands for; `nil` when it would be longer than 16 KiB.
    package func expanded(_ values: SPFMacroValues) -> [UInt8]? {
        if parts.isEmpty { return Array(text.utf8) }
        var out: [UInt8] = []
        for part in parts {
            switch part {
            case .literal(let bytes): out += bytes
            case .expansion(let expansion): expansion.append(values, to: &out)
            }
            guard out.count <= Self.limit else { return nil }
        }
        return out
    }

    /// The name to ask for: without a final dot, and cut to what the DNS can carry. `nil` when nobody can be asked for
    /// it: that is a mechanism that does not match (RFC 7208 §4.8), not an error.
    package func name(_ values: SPFMacroValues) -> String? {
        if parts.isEmpty, text.utf8.count <= 253 {
            let name = SPFName.canonical(text)
            return SPFName.isAskable(name) ? name : nil
        }
        guard var bytes = expanded(values) else { return nil }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        // RFC 7208 §7.3: labels are taken from the left until 253 characters are left.
        while bytes.count > 253 {
            guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return nil }
            bytes.removeFirst(dot + 1)
        }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        return SPFName.isAskable(name) ? name : nil
    }
}

extension SPFMacro.Expansion {
    fileprivate func append(_ values: SPFMacroValues, to out: inout [UInt8]) {
        let value = transformed(values.value(of: letter))
        guard isEscaped else {
            out += value
            return
        }
        for byte in value {
            // RFC 7208 §7.3: everything outside the unreserved set.
            if SPFCharacter.isUnreserved(byte) {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                for nibble in [byte >> 4, byte & 15] {
                    out.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + (nibble - 10))
                }
            }
        }
    }

    /// RFC 7208 §7.3: split at the delimiters, reversed, as many right-hand parts as asked for, joined by dots.
    private func transformed(_ value: [UInt8]) -> [UInt8] {
        if count == nil, !isReversed, delimiters <= 1 { return value }
        let mask = delimiters == 0 ? 1 : delimiters
        var pieces = value.split(omittingEmptySubsequences: false) { byte in
            SPFMacroReader.delimiterBit(byte).map { $0 & mask != 0 } ?? false
        }
        if isReversed { pieces.reverse() }
        if let count, count < pieces.count { pieces.removeFirst(pieces.count - count) }
        return Array(pieces.joined(separator: [UInt8(ascii: ".")]))
    }
}
