import Loop

/// Names a site after the hosts that serve it: destinations with the same MX hosts in the same order of preference are
/// one site, whatever numbers their zones use for the preferences.
///
/// All hosts count, not only the best: deliveries of one site share connections and transactions, and a backup host of
/// one domain must never be handed another domain's mail.
///
/// A provider's site is the exception: all its domains share a queue and limits, and their hosts differ. There a
/// transaction carries one destination only (`SiteLimits.mixesDestinations`), and a connection is used for those
/// destinations only that name its host.
package enum SiteName {
    /// Above this many bytes the rest is replaced by a digest.
    private static let limit = 120

    /// - Parameter groups: of equal preference, best first, each sorted.
    package static func name(exit: String, groups: [[String]]) -> String {
        let hosts = groups.map { $0.joined(separator: ",") }.joined(separator: ";")
        guard hosts.utf8.count > limit else { return "\(exit):\(hosts)" }
        let first = String(hosts.prefix { $0 != "," && $0 != ";" }.prefix(limit))
        // Whoever publishes hosts that come to the name of somebody else's site would be given that site's mail.
        let digest = SecureHash.of(hosts).prefix(16).map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
        return "\(exit):\(first)+\(groups.reduce(0) { $0 + $1.count } - 1)#\(digest)"
    }

    /// `@` cannot stand in the name of a host, so no domain can call itself a provider.
    package static func name(exit: String, provider: String) -> String { "\(exit):@\(provider)" }
}
