package import Mail

/// Finds out what a mail host publishes about its TLS in the DNS (RFC 7672 §2.2).
///
/// All of it rests on DNSSEC, of which this engine knows only the AD bit of a resolver that the configuration trusts:
/// without `dns.trust_ad` every answer is insecure, and every host `absent`.
package struct DANECheck: Sendable {
    private let resolver: any Resolver

    package init(resolver: any Resolver) { self.resolver = resolver }

    /// - Parameters:
    ///   - host: an MX host, a relay, or a domain that is its own host.
    ///   - port: the one that will be connected to (RFC 7672 §2.2.3).
    ///   - addresses: the answer that the host's address was taken from.
    package func status(of host: String, port: UInt16, addresses: Answer<IPAddress>) async -> DANEStatus {
        let host = Self.plain(host)
        guard !host.isEmpty, IPAddress(host) == nil else { return .absent }
        let candidates: [String]
        switch await bases(of: host, addresses: addresses) {
        case .candidates(let found): candidates = found
        case .failed(let failure): return Self.failed("the alias \(host)", failure)
        }
        for base in candidates {
            let name = "_\(port)._tcp.\(base)"
            let answer: Answer<TLSARecord>
            do throws(ResolverFailure) {
                answer = try await resolver.tlsa(name)
            } catch {
                // No zone can hold a name that is too long.
                if error == .badName { continue }
                // RFC 7672 §2.2: an attacker who can make the look-up fail must not get rid of DANE that way.
                return Self.failed(name, error)
            }
            // RFC 7672 §2.2.3: insecure or absent, so the next candidate.
            guard answer.isAuthenticated, answer.status == .found else { continue }
            let usable = answer.records.prefix(DANERecord.limit).filter(DANERecord.isUsable)
            // RFC 7672 §2.2: TLS is mandatory then, without authentication.
            if usable.isEmpty { return .unusable }
            return .usable(records: Array(usable), names: base == host ? [base] : [base, host], baseDomain: base)
        }
        return .absent
    }

    private enum Bases {
        case candidates([String])
        case failed(ResolverFailure)
    }

    /// The names that TLSA records may stand under, best first (RFC 7672 §2.2.2).
    private func bases(of host: String, addresses: Answer<IPAddress>) async -> Bases {
        let canonical = Self.plain(addresses.canonicalName)
        let isAlias = !canonical.isEmpty && canonical != host
        if addresses.isAuthenticated {
            // Secure CNAME: the end of the chain, and failing that its beginning.
            return .candidates(isAlias ? [canonical, host] : [host])
        }
        // Insecure: not searched at all, since servers of unsigned zones are known to choke on TLSA.
        guard isAlias else { return .candidates([]) }
        do {
            // Insecure CNAME: the beginning of the chain may still be secure.
            let link = try await resolver.alias(host)
            return .candidates(link.isAuthenticated && link.status == .found ? [host] : [])
        } catch {
            return .failed(error)
        }
    }

    private static func failed(_ what: String, _ failure: ResolverFailure) -> DANEStatus {
        .failed(reason: "\(what): \(failure)")
    }

    private static func plain(_ name: String) -> String {
        let name = name.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }
}
