package import Mail

/// A published policy, read (RFC 7208 §4.6.1): directives in their order and the two known modifiers.
package struct SPFRecord: Hashable, Sendable {
    package var directives: [SPFDirective] = []
    /// RFC 7208 §6.1.
    package var redirect: SPFMacro?
    /// `exp=` (RFC 7208 §6.2).
    package var explanation: SPFMacro?
    /// Modifiers of other names, as published. They change nothing (RFC 7208 §6), but must be well formed.
    package var otherModifiers: [String] = []

    package init() {}

    /// Reads the text of a TXT record that begins with `v=spf1`.
    /// - Throws: the first of its syntax errors, since one anywhere makes the whole record void (RFC 7208 §4.6).
    package init(parsing text: String) throws(SPFSyntaxFailure) {
        let parser = SPFParser(text)
        if let failure = parser.failures.first { throw failure }
        self = parser.record
    }
}

/// One mechanism with what follows when it matches.
package struct SPFDirective: Hashable, Sendable {
    package var qualifier: SPFQualifier
    package var mechanism: SPFMechanism
    /// As published: printable ASCII.
    package var text: String

    package init(_ qualifier: SPFQualifier, _ mechanism: SPFMechanism, text: String) {
        self.qualifier = qualifier
        self.mechanism = mechanism
        self.text = text
    }
}

/// RFC 7208 §4.6.2.
package enum SPFQualifier: Hashable, Sendable, CaseIterable {
    case pass
    case fail
    case softfail
    case neutral

    init?(_ character: UInt8) {
        switch character {
        case UInt8(ascii: "+"): self = .pass
        case UInt8(ascii: "-"): self = .fail
        case UInt8(ascii: "~"): self = .softfail
        case UInt8(ascii: "?"): self = .neutral
        default: return nil
        }
    }

    package var result: SPFResult {
        switch self {
        case .pass: .pass
        case .fail: .fail
        case .softfail: .softfail
        case .neutral: .neutral
        }
    }
}

/// RFC 7208 §5. A `nil` target is the domain whose record it is.
package enum SPFMechanism: Hashable, Sendable {
    case all
    case include(SPFMacro)
    case a(SPFMacro?, SPFPrefixes)
    case mx(SPFMacro?, SPFPrefixes)
    case ptr(SPFMacro?)
    /// `ip4` and `ip6`, by the family of the network's address.
    case network(IPNetwork)
    case exists(SPFMacro)

    /// Whether evaluating it counts against the limit of ten (RFC 7208 §4.6.4).
    package var costsLookup: Bool {
        switch self {
        case .include, .a, .mx, .ptr, .exists: true
        case .all, .network: false
        }
    }
}

/// `dual-cidr-length` of RFC 7208 §5.3: how many leading bits of an address must agree.
package struct SPFPrefixes: Hashable, Sendable {
    /// 0...32.
    package var v4: UInt8 = 32
    /// 0...128.
    package var v6: UInt8 = 128

    package init(v4: UInt8 = 32, v6: UInt8 = 128) {
        self.v4 = v4
        self.v6 = v6
    }

    /// Whether the two agree in so many bits; never, when they are of different families.
    func match(_ host: IPAddress, _ client: IPAddress) -> Bool {
        switch (host, client) {
        case (.v4, .v4): IPNetwork(host, prefixLength: Int(v4))?.contains(client) ?? false
        case (.v6, .v6): IPNetwork(host, prefixLength: Int(v6))?.contains(client) ?? false
        case (.v4, .v6), (.v6, .v4): false
        }
    }
}
