import Mail
import MartletTesting
import Testing

@testable import DNSAuth

@Suite struct PublishedTLSPoliciesTests {
    private struct Table: MTASTSSource {
        var policies: [String: DestinationTLSPolicy.STS]
        func policy(for destination: Domain) async -> DestinationTLSPolicy.STS { policies[destination.text] ?? .absent }
    }

    private static let policy = MTASTSPolicy(mode: .enforce, mx: ["mx.test"], maxAge: 60, id: "1", lines: [])
    private static let published = PublishedTLSPolicies(
        resolver: FakeResolver(), sts: Table(policies: ["a.test": .enforce(policy), "[192.0.2.1]": .enforce(policy)]))

    private static func answer(
        _ status: Answer<MXRecord>.Status, isAuthenticated: Bool
    ) -> Answer<MXRecord> {
        Answer(
            status: status, records: status == .found ? [MXRecord(preference: 1, exchange: "mx.test")] : [],
            canonicalName: "a.test", ttl: 60, isAuthenticated: isAuthenticated)
    }

    /// RFC 7672 §2.2.1: the list has to be secure; §2.2.2: where there is none, the addresses have to be.
    @Test(arguments: [
        (Answer<MXRecord>.Status.found, true, true), (.found, false, false), (.noData, false, true),
        (.noData, true, true),
    ])
    func theListOfHostsHasToBeSecure(_ status: Answer<MXRecord>.Status, _ authenticated: Bool, _ secure: Bool) async {
        let policy = await Self.published.policy(
            for: Domain(canonical: "a.test"), exchanges: Self.answer(status, isAuthenticated: authenticated))
        #expect(policy == DestinationTLSPolicy(sts: .enforce(Self.policy), isExchangeListSecure: secure))
    }

    @Test func aLiteralHasNoPolicy() async {
        let policy = await Self.published.policy(
            for: Domain(canonical: "[192.0.2.1]"), exchanges: Self.answer(.found, isAuthenticated: true))
        #expect(policy == DestinationTLSPolicy(sts: .absent, isExchangeListSecure: false))
    }

    @Test func nothingIsPublishedWhereMTASTSIsOff() async {
        let published = PublishedTLSPolicies(resolver: FakeResolver(), sts: NoMTASTS())
        let policy = await published.policy(
            for: Domain(canonical: "a.test"), exchanges: Self.answer(.found, isAuthenticated: false))
        #expect(policy == DestinationTLSPolicy(sts: .absent, isExchangeListSecure: false))
        let addresses = Answer<IPAddress>(status: .found, canonicalName: "mx.test", ttl: 60)
        #expect(await published.dane(for: "mx.test", port: 25, addresses: addresses) == .absent)
    }
}
