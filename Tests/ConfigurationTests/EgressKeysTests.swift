import Mail
import Queue
import Testing

@testable import martlet

/// `sources`, `pools`, `pool_rules` and `pool`: what is taken, and what is refused on which line.
@Suite struct EgressKeysTests {
    private static let head = "hostname: mx.example.net\ndata: /tmp/x\n"

    private static func read(_ text: String) throws -> EgressTable {
        try ConfigurationFile.parse(head + text, file: "martlet.yaml").egress
    }

    /// The problems as `line key: message`; lines count from the first line behind the head.
    private static func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let failure as ConfigurationFailure {
            return failure.problems.map { "\($0.line - 2) \($0.key): \($0.message)" }
        } catch { return ["\(error)"] }
    }

    @Test func readsSourcesPoolsAndRules() throws {
        let tenant = UUIDv7(at: WallTime(milliseconds: 1))
        let table = try Self.read(
            """
            sources:
              - { name: a1, addresses: [192.0.2.1, "2001:db8::1"], helo: A1.Example.NET }
              - name: b1
                proxy: { socks5: "proxy.example.net:1080", user: me, password: secret }
              - { name: c1, address: 198.51.100.7, proxy: { haproxy: "10.0.0.3:2525", version: 1 } }
              - { name: d1, address: 198.51.100.8, helo: "[198.51.100.8]", proxy: { haproxy: "[::1]:2525" } }
            pools:
              - name: shared
                sources: [{ name: a1, weight: 3 }, b1]
                overflow: spare
              - { name: spare, sources: [c1, d1] }
            pool: shared
            pool_rules:
              - { tenant: "\(tenant)", stream: broadcast, pool: spare }
            """)
        #expect(table.sources.map(\.name) == ["a1", "b1", "c1", "d1"])
        #expect(table.sources[0].addresses == [IPAddress("192.0.2.1"), IPAddress("2001:db8::1")])
        #expect(table.sources.map(\.heloName) == ["a1.example.net", nil, nil, "[198.51.100.8]"])
        let proxies = [
            nil,
            EgressProxy(kind: .socks5(user: "me", password: "secret"), host: "proxy.example.net", port: 1080),
            EgressProxy(kind: .haproxy(version: 1), host: "10.0.0.3", port: 2525),
            EgressProxy(kind: .haproxy(version: 2), host: "::1", port: 2525),
        ]
        #expect(table.sources.map(\.proxy) == proxies)
        #expect(table.pools[0].members == [.init(source: 0, weight: 3), .init(source: 1)])
        #expect(table.overflow(of: 0) == 1)
        #expect(table.pool(tenant: tenant, stream: .broadcast, campaign: nil) == 1)
        #expect(table.pool(tenant: tenant, stream: .transactional, campaign: nil) == 0)
    }

    @Test func theOnlyPoolNeedsNoRuleAndNoName() throws {
        let one = try Self.read("sources: [{ name: a }, { name: b }]")
        #expect(one.pools.map(\.name) == ["default"] && one.pools[0].members.count == 2)
        let named = try Self.read("sources: [{ name: a }]\npools: [{ name: p, sources: [a] }]")
        #expect(named.pool(tenant: UUIDv7(at: WallTime(milliseconds: 1)), stream: .broadcast, campaign: nil) == 0)
        #expect(try Self.read("").isEmpty)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var problems: [String]
        var testDescription: String { problems.joined(separator: "; ") }

        init(_ text: String, _ problems: String...) {
            self.text = text
            self.problems = problems
        }
    }

    private static let two = "sources: [{ name: a }, { name: b }]\n"

    static let cases: [Case] = [
        Case(two + "pools: [{ name: p, sources: [] }]", "2 pools[0].sources: a pool needs at least one source"),
        Case(two + "pools: [{ name: p }]", "2 pools[0].sources: a pool needs at least one source"),
        Case(
            two + "pools:\n  - name: p\n    sources: [a, c]",
            "4 pools[0].sources: number 2 is none of the sources: a, b"),
        Case(
            two + "pools: [{ name: p, sources: [{ name: a, weight: 0 }] }]",
            "2 pools[0].sources[0].weight: 0 is outside 1...1000000"),
        Case(
            two + "pools: [{ name: p, sources: [a, a] }]",
            "2 pools[0].sources: number 2 is in this pool already; its weight says how much it takes"),
        Case(
            two
                + "pools:\n  - { name: p, sources: [a], overflow: q }\n  - { name: q, sources: [b], overflow: p }\npool: p",
            "3 pools[0].overflow: leads in a circle: mail would never find a source"),
        Case(
            two + "pools: [{ name: p, sources: [a], overflow: x }]", "2 pools[0].overflow: is none of the pools: p"),
        Case(
            two + "pools:\n  - { name: p, sources: [a] }\n  - { name: p, sources: [b] }\npool: p",
            "4 pools[1].name: another pool is called 'p'"),
        Case("sources:\n  - { name: a }\n  - { name: a }", "3 sources[1].name: another source is called 'a'"),
        Case(
            two + "pools: [{ name: p, sources: [a] }, { name: q, sources: [b] }]",
            "2 pools: mail that no rule names has no pool: needs 'pool', the name of one"),
        Case(
            two + "pool: p\npool_rules:\n  - { stream: broadcast, pool: default }",
            "2 pool: is none of the pools: default"),
        Case(
            two + "pool_rules:\n  - { stream: broadcast, pool: default }\n  - { stream: broadcast, pool: default }",
            "4 pool_rules[1].pool: matches the same mail as pool_rules[0]"),
        Case(
            two + "pool: default\npool_rules:\n  - { pool: default }",
            "2 pool: pool_rules[0] takes all other mail already"),
        Case(two + "pool_rules:\n  - { pool: x }", "3 pool_rules[0].pool: is none of the pools: default"),
        Case(
            two + "pool_rules:\n  - { tenant: me, pool: default }",
            "3 pool_rules[0].tenant: expected the identifier of a tenant"),
        Case("pool: p", "1 pool: there are no sources"),
        Case(
            "sources: [{ name: a, addresses: [192.0.2.1, 192.0.2.2] }]",
            "1 sources[0].addresses: has two addresses of one family: each further one is a source of its own"),
        Case(
            "sources: [{ name: a, address: 192.0.2.1, addresses: [192.0.2.1] }]",
            "1 sources[0].addresses: says what address says: one of the two"),
        Case(
            "sources: [{ name: a, address: 0.0.0.0 }]",
            "1 sources[0].address: expected an IP address of one host, such as 192.0.2.1 or 2001:db8::1"),
        Case(
            "sources: [{ name: a, helo: not a host }]",
            "1 sources[0].helo: expected the name of a host, as DNS and EHLO have it, or an address in brackets"),
        Case(
            "sources: [{ name: a, helo: localhost }]",
            "1 sources[0].helo: expected the name of a host, as DNS and EHLO have it, or an address in brackets"),
        Case("sources: [{ address: 192.0.2.1 }]", "1 sources[0].name: is needed: a word for this source"),
        Case("sources: [{ name: a, weight: 3 }]", "1 sources[0].weight: unknown key"),
        Case(
            "sources: [{ name: a, proxy: { } }]",
            "1 sources[0].proxy: needs either socks5: host:port or haproxy: host:port"),
        Case(
            "sources: [{ name: a, proxy: { socks5: \"h:1\", haproxy: \"h:2\" } }]",
            "1 sources[0].proxy: needs either socks5: host:port or haproxy: host:port"),
        Case(
            "sources: [{ name: a, proxy: { haproxy: \"h:2\" } }]",
            "1 sources[0].proxy.haproxy: needs the address of the source, to tell HAProxy"),
        Case(
            "sources: [{ name: a, proxy: { socks5: \"h:2\", user: u } }]",
            "1 sources[0].proxy.user: user and password go together"),
        Case(
            "sources: [{ name: a, proxy: { socks5: \"h:2\", user: u, password: \"\" } }]",
            "1 sources[0].proxy.password: must be 1 to 255 bytes long"),
        Case(
            "sources: [{ name: a, address: 192.0.2.1, proxy: { haproxy: \"h:2\", version: 3 } }]",
            "1 sources[0].proxy.version: 3 is outside 1...2"),
        Case(
            two + "transports:\n  internet:\n    kind: smtp\n    helo: mx.example.net",
            "5 transports.internet.helo: is for files without sources: with sources, each of them has its own"),
    ]

    @Test(arguments: cases) func refusesWithTheLine(_ item: Case) {
        #expect(Self.problems(item.text) == item.problems)
    }
}
