import Mail
import MartletTesting

@testable import DNSAuth

/// TLS policies out of tables.
struct TablePolicies: TLSPolicySource {
    var sts: DestinationTLSPolicy.STS = .absent
    var dane: [String: DANEStatus] = [:]

    func policy(for destination: Domain, exchanges: Answer<MXRecord>) async -> DestinationTLSPolicy {
        DestinationTLSPolicy(sts: sts, isExchangeListSecure: exchanges.isAuthenticated)
    }

    func dane(for host: String, port: UInt16, addresses: Answer<IPAddress>) async -> DANEStatus {
        dane[host] ?? .absent
    }
}

/// A domain with everything in order, for a test to spoil.
struct InspectionRig {
    static let domain = Domain.name("shop.example")

    var resolver = FakeResolver()
    var policies = TablePolicies()
    var options = InspectionOptions()

    init() {
        resolver.mx["shop.example"] = [
            MXRecord(preference: 10, exchange: "mx1.shop.example"),
            MXRecord(preference: 20, exchange: "mx2.shop.example"),
        ]
        resolver.addresses["mx1.shop.example"] = [IPAddress("2001:db8::1"), IPAddress("192.0.2.1")].compactMap { $0 }
        resolver.addresses["mx2.shop.example"] = [IPAddress("192.0.2.2")].compactMap { $0 }
        resolver.txt["shop.example"] = ["v=spf1 mx include:_spf.mail.example -all"]
        resolver.txt["_spf.mail.example"] = ["v=spf1 ip4:198.51.100.0/24 -all"]
        resolver.txt["_mta-sts.shop.example"] = ["v=STSv1; id=20261121"]
        resolver.txt["_smtp._tls.shop.example"] = ["v=TLSRPTv1; rua=mailto:tls@shop.example"]
        resolver.txt["_dmarc.shop.example"] = ["v=DMARC1; p=reject; rua=mailto:dmarc@shop.example"]
        resolver.isAuthenticated = ["shop.example", "mx1.shop.example", "mx2.shop.example"]
        policies.sts = .enforce(Self.policy(["*.shop.example"]))
        for host in ["mx1.shop.example", "mx2.shop.example"] {
            let record = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: 0xAB, count: 32))
            policies.dane[host] = .usable(records: [record], names: [host], baseDomain: host)
        }
        options.site = { $0.map { $0.joined(separator: ",") }.joined(separator: ";") }
    }

    static func policy(
        _ mx: [String], mode: MTASTSPolicy.Mode = .enforce, maxAge: Int = 1_209_600
    ) -> MTASTSPolicy {
        MTASTSPolicy(mode: mode, mx: mx, maxAge: maxAge, id: "20261121", lines: [])
    }

    func report(_ domain: Domain = domain) async -> DomainReport {
        await DomainInspection(resolver: resolver, policies: policies, time: VirtualTime(), options: options)
            .inspect(domain)
    }

    /// The findings of one section as `level: text`.
    func findings(_ topic: DomainReport.Topic) async -> [String] {
        await report().section(topic)?.findings.map { "\($0.level): \($0.text)" } ?? []
    }
}
