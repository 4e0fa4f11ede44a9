package import Mail
import Synchronization

/// The parsed keys of all sending domains, readable from every thread.
///
/// Parsing costs as much as a hundred look-ups, so it happens when a key comes in, outside the lock, and a key that
/// stays the same is not parsed again.
package final class DKIMKeyring: Sendable {
    /// The active keys of one domain. A key that cannot be used stands here as its failure: signing must say so and not
    /// send unsigned what should be signed.
    package struct Entry: Sendable {
        package let domain: Domain
        package let keys: [Result<SigningKey, SigningFailure>]
        fileprivate let stored: [DKIMKey]
        fileprivate let isVerified: Bool
    }

    private let entries = Mutex<[Domain: Entry]>([:])

    package init() {}

    /// From now on these domains and no others. Where two tenants claim one name, the verified claim wins, then the
    /// first.
    package func replaceAll(_ domains: [SendingDomain]) {
        let old = entries.withLock { $0 }
        var new: [Domain: Entry] = [:]
        for domain in domains where !Self.signing(domain).isEmpty {
            if let rival = new[domain.name], rival.isVerified || domain.status != .verified { continue }
            new[domain.name] = Self.entry(for: domain, reusing: old[domain.name])
        }
        entries.withLock { $0 = new }
    }

    /// Adds a domain or takes its new keys.
    package func add(_ domain: SendingDomain) {
        guard !Self.signing(domain).isEmpty else { return remove(domain.name) }
        let old = entries.withLock { $0[domain.name] }
        let entry = Self.entry(for: domain, reusing: old)
        entries.withLock { $0[domain.name] = entry }
    }

    package func remove(_ name: Domain) { entries.withLock { $0[name] = nil } }

    package var count: Int { entries.withLock { $0.count } }

    /// The keys for the author's domain, or for the nearest parent that has some: a signature by a parent is aligned
    /// under DMARC's relaxed mode (RFC 9989 §4.4). `nil` when there are none.
    ///
    /// A domain that nobody has proved to own counts only where no verified one is above it: anybody may add a name
    /// below somebody else's domain, and its keys are in no DNS.
    package func keys(for author: Domain) -> Entry? {
        entries.withLock { entries in
            if entries.isEmpty { return nil }
            var claimed = entries[author]
            if let claimed, claimed.isVerified { return claimed }
            var rest = author.text[...]
            while let dot = rest.firstIndex(of: ".") {
                rest = rest[rest.index(after: dot)...]
                guard let entry = entries[Domain(canonical: String(rest))] else { continue }
                if entry.isVerified { return entry }
                claimed = claimed ?? entry
            }
            return claimed
        }
    }

    /// A key signs from when its record was seen until a newer one takes over: before, nobody could verify it
    /// (RFC 6376 §3.6.1), and afterwards its record is about to go.
    private static func signing(_ domain: SendingDomain) -> [DKIMKey] { domain.dkim.filter { $0.state == .active } }

    private static func entry(for domain: SendingDomain, reusing old: Entry?) -> Entry {
        var known: [DKIMKey: Result<SigningKey, SigningFailure>] = [:]
        if let old {
            for (stored, key) in zip(old.stored, old.keys) { known[stored] = key }
        }
        let active = signing(domain)
        let keys = active.map { stored in
            known[stored]
                ?? Result { () throws(SigningFailure) -> SigningKey in try SigningKey(stored) }
        }
        return Entry(domain: domain.name, keys: keys, stored: active, isVerified: domain.status == .verified)
    }
}
