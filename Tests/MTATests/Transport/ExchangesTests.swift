import Mail
import Testing

@testable import MTA

@Suite struct ExchangesTests {
    static func answer(_ records: [(UInt16, String)], status: Answer<MXRecord>.Status = .found) -> Answer<MXRecord> {
        Answer(
            status: status, records: records.map { MXRecord(preference: $0.0, exchange: $0.1) },
            canonicalName: "example.org", ttl: 60)
    }

    static func decide(
        _ records: [(UInt16, String)], status: Answer<MXRecord>.Status = .found, own: Set<String> = []
    ) -> Exchanges {
        .decide(Domain(canonical: "example.org"), .success(answer(records, status: status)), ownNames: own)
    }

    @Test func groupsByPreference() {
        #expect(Self.decide([(20, "c"), (10, "b"), (10, "a"), (30, "a")]) == .hosts([["a", "b"], ["c"]]))
    }

    @Test func fallsBackToTheDomainItself() {
        #expect(Self.decide([], status: .noData) == .hosts([["example.org"]]))
        #expect(Self.decide([], status: .noData, own: ["example.org"]) == .none(.bounced(.mailLoop)))
    }

    @Test func knowsNegativeAnswers() {
        #expect(Self.decide([], status: .nonexistent) == .none(.bounced(.noSuchDomain)))
        #expect(Self.decide([(0, "")]) == .none(.bounced(.nullMX)))
        #expect(Self.decide([(0, ""), (10, "a")]) == .hosts([["a"]]))
        let domain = Domain(canonical: "example.org")
        for failure in [ResolverFailure.timeout, .server(rcode: 2), .malformed, .unreachable, .cancelled] {
            #expect(Exchanges.decide(domain, .failure(failure), ownNames: []) == .none(.deferred(.dnsFailure)))
        }
        #expect(Exchanges.decide(domain, .failure(.badName), ownNames: []) == .none(.bounced(.noSuchDomain)))
    }

    @Test func seesLoops() {
        #expect(Self.decide([(10, "me"), (20, "b")], own: ["me"]) == .none(.bounced(.mailLoop)))
        #expect(Self.decide([(10, "a"), (20, "me"), (30, "c")], own: ["me"]) == .hosts([["a"]]))
        #expect(Self.decide([(10, "a"), (10, "me")], own: ["me"]) == .none(.bounced(.mailLoop)))
    }

    @Test func readsLiterals() {
        #expect(Exchanges.literal(Domain(canonical: "[192.0.2.1]")) == .address(.v4(0xC000_0201)))
        #expect(Exchanges.literal(Domain(canonical: "[IPv6:::1]")) == .address(.v6(high: 0, low: 1)))
        #expect(Exchanges.literal(Domain(canonical: "[x400:a]")) == .none(.bounced(.noSuchDomain)))
    }

    @Test func shufflesOnlyInsideAPreference() {
        var generator = SplitMix(seed: 1)
        var firsts: Set<String> = []
        for _ in 0..<200 {
            let order = Exchanges.shuffled([["a", "b", "c"], ["d"]], using: &generator)
            #expect(order.last == "d" && Set(order) == ["a", "b", "c", "d"])
            firsts.insert(order[0])
        }
        #expect(firsts == ["a", "b", "c"])
    }
}
