import Mail

@testable import DNSAuth

/// Makes small zones full of policies that include, redirect to and contradict each other, and now and then are not
/// well formed. One seed, one scenario.
struct SPFScenarioGenerator {
    struct Scenario: Encodable {
        var zone: SPFZone
        var client: String
        var sender: String
        var helo: String
        /// pyspf counts each question that finds nothing, also those for the hosts of an MX; RFC 7208 §4.6.4 counts
        /// terms. So either this limit is off, or the terms are such that both counts are one.
        var limitsVoids: Bool
    }

    private enum Kind: CaseIterable { case includes, redirects, pointers, voids }

    private var random: SeededGenerator
    private var kind = Kind.includes
    private var zone = SPFZone()
    private var client = ""
    private static let domains = (0..<6).map { "d\($0).example.test" }
    private static let hosts = (0..<5).map { "h\($0).example.test" }

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func next() -> Scenario {
        kind = Kind.allCases.randomElement(using: &random) ?? .includes
        zone = SPFZone()
        client = address(isV6: chance(30))
        for host in Self.hosts { fill(host) }
        zone["t.example.test"].timeouts = ["txt", "a", "aaaa"]
        for (index, domain) in Self.domains.enumerated() {
            fill(domain)
            if !chance(4) { zone[domain].txt = [record(index)] }
            if chance(4) { zone[domain].txt.append(chance(50) ? "some text" : record(index)) }
            zone["e.\(domain)"].txt = [explanation()]
            for name in expansions(domain) where chance(35) { zone[name].a = ["127.0.0.2"] }
        }
        if chance(80) {
            zone[reverse()].ptr = (0..<Int.random(in: 1...3, using: &random)).map { _ in pick(Self.hosts) }
        }
        let sender = "\(pick(["user", "first.last", "a-b+c", "x_y=z", "UPPER"]))@\(pick(Self.domains.prefix(2)))"
        return Scenario(
            zone: zone, client: client, sender: sender, helo: pick(Self.hosts + ["[192.0.2.1]", "unqualified"]),
            limitsVoids: kind == .voids)
    }

    private mutating func record(_ index: Int) -> String {
        var terms: [String] = []
        let count = kind == .redirects ? Int.random(in: 0...2, using: &random) : Int.random(in: 0...5, using: &random)
        var mayAsk = true
        for _ in 0..<count {
            var term = chance(55) && mayAsk ? asking(index) : plain()
            // pyspf counts a redirect before it is reached, so those records stay far from the limit.
            if kind == .redirects { mayAsk = false }
            if chance(2) { term = broken(term) }
            terms.append(pick(["", "", "+", "-", "~", "?"]) + (chance(10) ? term.uppercasedName : term))
        }
        if kind == .redirects, index < 4, chance(70) {
            terms.append("redirect=d\(Int.random(in: index + 1...4, using: &random)).example.test")
        } else if chance(80) {
            terms.append(pick(["-all", "~all", "?all", "+all", "-all"]))
        }
        if chance(40) { terms.append("exp=e.\(pick(["%{d}", Self.domains[index]]))") }
        // Not "%%" at the end, where pyspf takes its second half for an unfinished macro.
        if chance(8) { terms.append(pick(["x=y", "moo.cow=%{d}", "a-b_c.d=", "z=%%-"])) }
        if chance(20) { terms.shuffle(using: &random) }
        let gap = chance(5) ? "  " : " "
        return ([pick(["v=spf1", "v=spf1", "V=SPF1"])] + terms).joined(separator: gap) + (chance(5) ? " " : "")
    }

    private mutating func plain() -> String {
        let length = pick(["", "/32", "/24", "/28", "/0"])
        if chance(60) { return "ip4:192.0.2.\(Int.random(in: 0...255, using: &random))\(length)" }
        return "ip6:2001:db8::\(String(Int.random(in: 0...31, using: &random), radix: 16))\(pick(["", "/64", "/126"]))"
    }

    private mutating func asking(_ index: Int) -> String {
        let lengths = pick(["", "", "/24", "/28//126", "//64"])
        switch Int.random(in: 0..<(kind == .voids ? 6 : 9), using: &random) {
        case 0: return "a" + lengths
        case 1: return "a:\(pick(Self.hosts))\(lengths)"
        case 2: return "a:\(target())"
        case 3: return "exists:\(target())"
        case 4, 5:
            guard kind != .redirects, kind != .pointers else { return "exists:\(target())" }
            // Not itself: pyspf refuses that even where it is never reached.
            let other = (index + Int.random(in: 1...5, using: &random)) % Self.domains.count
            return "include:" + (chance(4) ? "t.example.test" : Self.domains[other])
        case 6: return "mx" + lengths
        case 7: return "mx:\(pick(Self.domains))\(lengths)"
        default: return chance(50) ? "ptr" : "ptr:\(pick(Self.hosts + ["example.test", "other.test"]))"
        }
    }

    /// `%{p}` only where there are no includes: pyspf looks for it once, for whichever domain comes first.
    private mutating func target() -> String {
        if chance(3) { return "t.example.test" }
        let macro = pick([
            "%{i}.%{d}", "%{ir}.%{v}.%{d}", "%{l}.%{d}", "%{l1r-}.%{d}", "%{lr-+}.%{o}", "%{d2}.%{d}", "%{h}",
            "%{H}.%{d}",
            "%{s}.%{d}", "%{L}._x.%{d1r}.example.test", "%%.%{d}", "a%_b.%{d}", "%{d}.", "%{o2r}.%{d}", "%{l=_}.%{d}.",
        ])
        return kind == .pointers && chance(30) ? "%{p}.%{d}" : macro
    }

    /// What some of the targets above become, so that they are not all in vain.
    private func expansions(_ domain: String) -> [String] {
        let parts = client.split(separator: ".")
        return [
            "\(client).\(domain)", parts.reversed().joined(separator: ".") + ".in-addr.\(domain)", "user.\(domain)",
            "first.last.\(domain)", "a.\(domain)", "b+c.\(domain)", "h0.example.test.\(domain)",
            "example.test.\(domain)",
            "x.y.z.\(domain)", "test.example.\(domain)",
        ].map { $0.lowercased() }
    }

    private mutating func explanation() -> String {
        pick([
            "not %{i}", "%{l} of %{o} by %{h}", "%{c}%%%_%-", "%{S} %{D2}", "broken %{x}", "%{ir}.%{v}", "\u{E9}",
            "plain text: see http://x.test/?s=%{S}&r=%{r}",
        ])
    }

    private mutating func broken(_ term: String) -> String {
        var bytes = Array(term.utf8)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = pick(Array("%:/.=-{}0a".utf8))
        case 1: bytes.remove(at: place)
        default: bytes.insert(pick(Array("%:/.=-{}0a".utf8)), at: place)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func fill(_ name: String) {
        for _ in 0..<Int.random(in: 0...2, using: &random) { zone[name].a.append(address(isV6: false)) }
        for _ in 0..<Int.random(in: 0...1, using: &random) { zone[name].aaaa.append(address(isV6: true)) }
        if chance(25) {
            if IPFamily(of: IPAddress(client) ?? .v4(0)) == .v4 {
                zone[name].a.append(client)
            } else {
                zone[name].aaaa.append(client)
            }
        }
        let exchanges = chance(3) ? 11 : Int.random(in: 0...2, using: &random)
        zone[name].mx = (0..<exchanges).map { SPFZone.Exchange(preference: UInt16($0), host: pick(Self.hosts)) }
    }

    private mutating func address(isV6: Bool) -> String {
        isV6
            ? "2001:db8::\(String(Int.random(in: 1...31, using: &random), radix: 16))"
            : "192.0.2.\(Int.random(in: 0...31, using: &random))"
    }

    private func reverse() -> String {
        (IPAddress(client).flatMap { try? DNSName.reverse(of: $0).text }) ?? ""
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pick<Choices: RandomAccessCollection>(_ choices: Choices) -> Choices.Element {
        choices[choices.index(choices.startIndex, offsetBy: Int.random(in: 0..<choices.count, using: &random))]
    }
}

extension String {
    /// `a:%{d}` as `A:%{d}`: names of mechanisms have no case.
    fileprivate var uppercasedName: String {
        let end = firstIndex { $0 == ":" || $0 == "/" } ?? endIndex
        return self[..<end].uppercased() + self[end...]
    }
}
