import Foundation
import Mail
import Queue

/// `sources`, `pools`, `pool_rules` and `pool`: where mail leaves from.
///
/// ```
/// sources:
///   - name: a1
///     address: 192.0.2.1                    # or addresses: one IPv4 and one IPv6
///     helo: a1.example.net
///   - name: b1
///     proxy: { socks5: proxy.example.net:1080, user: me, password_file: /etc/martlet/proxy }
///   - name: c1
///     address: 198.51.100.7
///     proxy: { haproxy: 10.0.0.3:2525, version: 2 }
/// pools:
///   - name: shared
///     sources: [{ name: a1, weight: 3 }, b1]
///     overflow: spare
/// pool: shared
/// pool_rules:
///   - { tenant: ID, stream: broadcast, pool: spare }
/// ```
/// One pool, or none, needs no rule: it takes all mail. Without sources every transport keeps its own `source` and
/// `helo`.
extension Configuration {
    /// Call it behind `readTransports`.
    mutating func readEgress(_ section: ConfigurationSection) {
        let entries = section.sections("sources")
        let sources = entries.map { entry in
            let source = Self.egressSource(entry)
            entry.finish()
            return source
        }
        sourceNames = sources.map(\.name)
        let poolEntries = section.sections("pools")
        let pools = Self.pools(poolEntries, sources)
        let ruleEntries = section.sections("pool_rules")
        var rules = ruleEntries.map { entry in
            let rule = Self.poolRule(entry)
            entry.finish()
            return rule
        }
        let ownRules = rules.count
        let standard = section.optionalText("pool")
        if let standard {
            rules.append(PoolRule(pool: standard))
        } else if pools.count == 1, !rules.contains(where: { $0.matchesAll }) {
            rules.append(PoolRule(pool: pools[0].name))
        }
        guard !sources.isEmpty else {
            for key in ["pools", "pool_rules", "pool"] where section.has(key) {
                section.problem(key, "there are no sources")
            }
            return
        }
        refuseSourcesOfTransports(section)
        do {
            egress = try EgressTable(sources: sources, pools: pools, rules: rules)
        } catch {
            let problems = EgressProblems(
                section: section, sources: entries, pools: poolEntries, rules: ruleEntries, ownRules: ownRules,
                names: pools.map(\.name))
            problems.tell(error, sources: sources)
        }
    }

    /// Of the addresses that sources have those that are not on this machine: a mistake, or addresses that come later.
    /// - Parameter own: without loopback.
    func addressesElsewhere(own: Set<IPAddress>) -> [String] {
        egress.sources.flatMap { source in
            // The proxy has them.
            source.proxy == nil
                ? source.addresses.filter { !$0.isLoopback && !own.contains($0) }.map {
                    "source \(source.name): the address \($0) is not on this machine"
                } : []
        }
    }

    /// Two answers to one question: which address, and which name.
    private func refuseSourcesOfTransports(_ section: ConfigurationSection) {
        for (_, entry) in section.named("transports") {
            for key in ["source", "helo"] where entry.has(key) {
                entry.problem(key, "is for files without sources: with sources, each of them has its own")
            }
        }
    }

    // MARK: sources

    private static func egressSource(_ entry: ConfigurationSection) -> EgressSource {
        let name = entry.text("name", default: "")
        if name.isEmpty { entry.problem("name", "is needed: a word for this source") }
        let addresses = addresses(entry)
        let helo = entry.parsed("helo", as: "the name of a host, as DNS and EHLO have it, or an address in brackets") {
            HeloName.parse($0)
        }
        let proxy = entry.has("proxy") ? proxy(entry.section("proxy"), addresses) : nil
        return EgressSource(name: name, addresses: addresses, heloName: helo, proxy: proxy)
    }

    private static func addresses(_ entry: ConfigurationSection) -> [IPAddress] {
        let expected = "an IP address of one host, such as 192.0.2.1 or 2001:db8::1"
        if entry.has("address"), entry.has("addresses") {
            entry.problem("addresses", "says what address says: one of the two")
        }
        let one = entry.parsed("address", as: expected, hostAddress).map { [$0] }
        let several = entry.parsedList("addresses", as: expected, hostAddress)
        let addresses = one ?? several ?? []
        let families = addresses.map { IPFamily(of: $0) }
        if Set(families).count < families.count {
            entry.problem("addresses", "has two addresses of one family: each further one is a source of its own")
        }
        return addresses
    }

    /// Not 0.0.0.0, not multicast, not IPv4 in the disguise of IPv6.
    private static func hostAddress(_ text: String) -> IPAddress? {
        guard let address = IPAddress(text), address.unmapped == address else { return nil }
        switch address {
        case .v4(let value): return value >> 24 == 0 || value >> 28 >= 14 ? nil : address
        case .v6(let high, let low): return high | low == 0 || high >> 56 == 0xFF ? nil : address
        }
    }

    // MARK: proxies

    private static func proxy(_ entry: ConfigurationSection, _ addresses: [IPAddress]) -> EgressProxy? {
        defer { entry.finish() }
        let socks = entry.parsed("socks5", as: "host:port", HostPort.init)
        let haproxy = entry.parsed("haproxy", as: "host:port", HostPort.init)
        guard entry.has("socks5") != entry.has("haproxy") else {
            entry.problem("", "needs either socks5: host:port or haproxy: host:port")
            return nil
        }
        let (user, password) = credentials(entry)
        let version = entry.number("version", default: 2, in: 1...2)
        if entry.has("haproxy") {
            for key in ["user", "password", "password_file"] where entry.has(key) {
                entry.problem(key, "is for socks5: the PROXY protocol knows no users")
            }
            // The header tells HAProxy the source's address, and never that it is unknown.
            if addresses.isEmpty { entry.problem("haproxy", "needs the address of the source, to tell HAProxy") }
            return haproxy.map { EgressProxy(kind: .haproxy(version: version), host: $0.host, port: $0.port) }
        }
        if entry.has("version") { entry.problem("version", "is for haproxy") }
        return socks.map {
            EgressProxy(kind: .socks5(user: user, password: password), host: $0.host, port: $0.port)
        }
    }

    private static func credentials(_ entry: ConfigurationSection) -> (user: String?, password: String?) {
        let user = entry.optionalText("user")
        var password = entry.optionalText("password")
        if let file = entry.optionalText("password_file") {
            if password != nil { entry.problem("password_file", "says what password says: one of the two") }
            do {
                password = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isNewline).first
                    .map(String.init)
            } catch { entry.problem("password_file", "\(file) cannot be read: \(error.localizedDescription)") }
        }
        if (user == nil) != (password == nil) { entry.problem("user", "user and password go together") }
        // RFC 1929 §2
        for (key, text) in [("user", user), ("password", password)] {
            guard let text, !(1...255).contains(text.utf8.count) else { continue }
            entry.problem(entry.has(key) ? key : "password_file", "must be 1 to 255 bytes long")
        }
        return (user, password)
    }

    // MARK: pools

    /// A pool for all sources where none is named.
    private static func pools(_ entries: [ConfigurationSection], _ sources: [EgressSource]) -> [SourcePool] {
        if entries.isEmpty, !sources.isEmpty {
            return [SourcePool(name: "default", members: sources.indices.map { SourcePool.Member(source: $0) })]
        }
        return entries.map { entry in
            let name = entry.text("name", default: "")
            if name.isEmpty { entry.problem("name", "is needed: a word for this pool") }
            let members = entry.namesOrSections("sources").map { member -> SourcePool.Member in
                let name: String
                var weight = 1
                switch member {
                case .name(let text): name = text
                case .section(let member):
                    name = member.text("name", default: "")
                    weight = member.number("weight", default: 1, in: 1...1_000_000)
                    member.finish()
                }
                return SourcePool.Member(source: sources.firstIndex { $0.name == name } ?? -1, weight: weight)
            }
            let pool = SourcePool(name: name, members: members, overflow: entry.optionalText("overflow"))
            entry.finish()
            return pool
        }
    }

    private static func poolRule(_ entry: ConfigurationSection) -> PoolRule {
        let stream = entry.choice(
            "stream", default: MailStream?.none, ["transactional": .transactional, "broadcast": .broadcast])
        let pool = entry.text("pool", default: "")
        if pool.isEmpty { entry.problem("pool", "is needed: the name of a pool") }
        return PoolRule(
            tenant: entry.parsed("tenant", as: "the identifier of a tenant") { UUIDv7($0) }, stream: stream,
            campaign: entry.parsed("campaign", as: "the identifier of a campaign") { UUIDv7($0) }, pool: pool)
    }
}

extension PoolRule {
    fileprivate var matchesAll: Bool { tenant == nil && stream == nil && campaign == nil }
}
