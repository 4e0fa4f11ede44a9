import Mail

/// Names a site after the hosts that serve it: destinations with the same MX hosts in the same order of preference are
/// one site, whatever numbers their zones use for the preferences.
///
/// All hosts count, not only the best: deliveries of one site share connections and transactions, and a backup host of
/// one domain must never be handed another domain's mail.
package enum SiteName {
    /// Above this many bytes the rest is replaced by a digest.
    private static let limit = 120

    /// - Parameter groups: of equal preference, best first, each sorted.
    package static func name(exit: String, groups: [[String]]) -> String {
        let hosts = groups.map { $0.joined(separator: ",") }.joined(separator: ";")
        guard hosts.utf8.count > limit else { return "\(exit):\(hosts)" }
        let first = String(hosts.prefix { $0 != "," && $0 != ";" }.prefix(limit))
        return "\(exit):\(first)+\(groups.reduce(0) { $0 + $1.count } - 1)#\(String(digest(hosts), radix: 16))"
    }

    /// FNV-1a: the same in every process, which the seeded hash of the standard library is not.
    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
