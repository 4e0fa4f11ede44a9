package import Mail

/// The findings that Martlet itself writes (RFC 8601 §2.7).
extension AuthenticationResults.Finding {
    private typealias Property = AuthenticationResults.Property

    /// RFC 8601 §2.7.2. The reason goes along when the result is not `pass`.
    package static func spf(_ outcome: SPFOutcome, from client: MessageClient?) -> Self {
        let property =
            switch outcome.identity {
            case .helo: Property("smtp", "helo", client.map(\.helo) ?? outcome.domain)
            case .mailFrom:
                // RFC 7208 §2.4: the null reverse-path is checked as postmaster at the HELO name.
                Property(
                    "smtp", "mailfrom",
                    client.map { $0.sender?.description ?? "postmaster@\($0.helo)" } ?? outcome.domain)
            }
        return Self(
            "spf", outcome.result.rawValue, reason: outcome.result == .pass ? nil : outcome.reason,
            properties: [property])
    }

    /// RFC 8601 §2.7.1; RFC 6008 §4 for `header.b`, which tells several signatures of one domain apart.
    package static func dkim(_ outcome: DKIMOutcome) -> Self {
        guard outcome.result != .none else { return Self("dkim", "none") }
        var notes: [String] = []
        if let bits = outcome.keyBits { notes.append("\(bits)-bit key") }
        if outcome.isTesting { notes.append("test mode") }
        if outcome.unsignedBytes > 0 { notes.append("\(outcome.unsignedBytes) bytes unsigned") }
        var properties: [Property] = []
        if let domain = outcome.domain { properties.append(Property("header", "d", domain.text)) }
        for (name, value) in [
            ("i", outcome.identity), ("s", outcome.selector), ("a", outcome.algorithm), ("b", outcome.signatureStart),
        ] where !value.isEmpty {
            properties.append(Property("header", name, value))
        }
        return Self(
            "dkim", outcome.result.rawValue, reason: outcome.result == .pass ? nil : outcome.reason,
            comment: notes.isEmpty ? nil : notes.joined(separator: ", "), properties: properties)
    }

    /// RFC 9989 §9.1: `header.from`, and in `policy.dmarc` what is asked for this message.
    package static func dmarc(_ outcome: DMARCOutcome) -> Self {
        var properties: [Property] = []
        if let author = outcome.author { properties.append(Property("header", "from", author.text)) }
        if outcome.recordDomain != nil {
            properties.append(Property("policy", "dmarc", outcome.disposition.rawValue))
        }
        let tag = outcome.policyTag ?? .p
        return Self(
            "dmarc", outcome.result.rawValue,
            reason: outcome.result == .pass || outcome.result == .none ? nil : outcome.reason,
            comment: outcome.recordDomain == nil ? nil : "\(tag.rawValue)=\(outcome.policy.rawValue)",
            properties: properties)
    }

    /// RFC 8617 §10.2: `smtp.remote-ip` and `header.oldest-pass`. `arc.chain`, the sealers with the newest first, is no
    /// registered property, but the one that receivers write.
    package static func arc(_ outcome: ARCOutcome, from client: MessageClient?) -> Self {
        guard outcome.result != .none else { return Self("arc", "none") }
        var properties: [Property] = []
        if let client { properties.append(Property("smtp", "remote-ip", client.address.unmapped.description)) }
        if let oldest = outcome.oldestPass { properties.append(Property("header", "oldest-pass", "\(oldest)")) }
        if !outcome.sealers.isEmpty {
            properties.append(Property("arc", "chain", outcome.sealers.reversed().joined(separator: ":")))
        }
        return Self(
            "arc", outcome.result.rawValue, reason: outcome.result == .pass ? nil : outcome.reason,
            properties: properties)
    }

    /// RFC 8601 §2.7.3: whether the client's address and its name point at each other.
    /// - Parameter result: `pass`, `fail`, `temperror` or `permerror`.
    package static func reverse(_ result: String, address: IPAddress, name: String?) -> Self {
        Self("iprev", result, comment: name, properties: [Property("policy", "iprev", address.description)])
    }

    /// RFC 8601 §2.7.4: who logged in by SMTP AUTH.
    /// - Parameter result: `none`, `pass`, `fail`, `temperror` or `permerror`.
    package static func submission(_ result: String, identity: String) -> Self {
        Self("auth", result, properties: [Property("smtp", "auth", identity)])
    }
}

extension AuthenticationResults {
    /// Signatures that are written down: readers, our own among them, stop at 64 KiB, and one takes up to 2 KiB.
    private static let signatureLimit = 25

    /// Everything that was found out, in the order in which people read it. Of very many signatures, which only
    /// somebody who wants to hide the rest writes, those that passed and then the first others.
    package init(_ results: MessageAuthentication, from client: MessageClient?, authority: String) {
        self.init(authority: authority)
        var signatures = results.dkim[...]
        if signatures.count > Self.signatureLimit {
            signatures = (signatures.filter { $0.result == .pass } + signatures.filter { $0.result != .pass })
                .prefix(Self.signatureLimit)
        }
        findings = results.spf.map { .spf($0, from: client) } + signatures.map { .dkim($0) }
        findings.append(.dmarc(results.dmarc))
        findings.append(.arc(results.arc, from: client))
    }

    /// The field, complete with CRLF, folded. Nothing in the results can add to it.
    package var field: [UInt8] { ResultsWriter.field(self) }
}
