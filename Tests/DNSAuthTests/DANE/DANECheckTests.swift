import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Where TLSA records are looked for, and what is made of them (RFC 7672 §2.2).
@Suite struct DANECheckTests {
    static let ee = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: Array(repeating: 7, count: 32))
    static let ta = TLSARecord(usage: 2, selector: 0, matchingType: 2, data: Array(repeating: 9, count: 64))
    static let pkix = TLSARecord(usage: 1, selector: 1, matchingType: 1, data: Array(repeating: 7, count: 32))

    /// A host in a DNS that the closure makes.
    private func status(
        of host: String = "mx.test", port: UInt16 = 25, _ change: (inout FakeResolver) -> Void
    ) async throws -> DANEStatus {
        var resolver = FakeResolver()
        change(&resolver)
        let addresses = try await resolver.addresses(host)
        return await DANECheck(resolver: resolver).status(of: host, port: port, addresses: addresses)
    }

    private static func secure(_ resolver: inout FakeResolver, _ host: String = "mx.test") {
        resolver.addresses[host] = [.v4(0xC000_0201)]
        resolver.isAuthenticated.insert(host)
    }

    private static func publish(
        _ records: [TLSARecord], at name: String = "_25._tcp.mx.test", _ resolver: inout FakeResolver
    ) {
        resolver.tlsa[name] = records
        resolver.isAuthenticated.insert(name)
    }

    @Test func secureRecordsOfASecureHostAreUsable() async throws {
        let found = try await status {
            Self.secure(&$0)
            Self.publish([Self.ee, Self.ta, Self.pkix], &$0)
        }
        #expect(found == .usable(records: [Self.ee, Self.ta], names: ["mx.test"], baseDomain: "mx.test"))
    }

    @Test func thePortIsPartOfTheName() async throws {
        let change: (inout FakeResolver) -> Void = {
            Self.secure(&$0)
            Self.publish([Self.ee], at: "_587._tcp.mx.test", &$0)
        }
        #expect(try await status(port: 25, change) == .absent)
        #expect(
            try await status(port: 587, change)
                == .usable(records: [Self.ee], names: ["mx.test"], baseDomain: "mx.test"))
    }

    @Test func recordsWithoutAUsableOneDemandTLSAlone() async throws {
        for records in [[Self.pkix], [TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [1, 2])]] {
            let found = try await status {
                Self.secure(&$0)
                Self.publish(records, &$0)
            }
            #expect(found == .unusable)
        }
    }

    /// Servers of unsigned zones are known to choke on TLSA, so a failure there must not matter: nobody asks.
    @Test func anInsecureHostIsNotAskedAbout() async throws {
        let found = try await status {
            $0.addresses["mx.test"] = [.v4(0xC000_0201)]
            Self.publish([Self.ee], &$0)
            $0.failures["_25._tcp.mx.test"] = .server(rcode: 2)
        }
        #expect(found == .absent)
    }

    @Test func insecureRecordsDoNotCount() async throws {
        let found = try await status {
            Self.secure(&$0)
            $0.tlsa["_25._tcp.mx.test"] = [Self.ee]
        }
        #expect(found == .absent)
        #expect(try await status { Self.secure(&$0) } == .absent)
    }

    @Test(arguments: [ResolverFailure.timeout, .server(rcode: 2), .malformed, .unreachable, .cancelled])
    func aFailedLookupIsNotAbsence(_ failure: ResolverFailure) async throws {
        let found = try await status {
            Self.secure(&$0)
            $0.failures["_25._tcp.mx.test"] = failure
        }
        guard case .failed(let reason) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(reason.hasPrefix("_25._tcp.mx.test: "))
    }

    // MARK: aliases (RFC 7672 §2.2.2)

    @Test func aSecureAliasIsLookedForAtItsEndAndThenAtItsBeginning() async throws {
        let alias: (inout FakeResolver) -> Void = {
            Self.secure(&$0, "host.test")
            $0.cname["mx.test"] = "host.test"
        }
        let atEnd = try await status {
            alias(&$0)
            Self.publish([Self.ee], at: "_25._tcp.host.test", &$0)
            Self.publish([Self.ta], &$0)
        }
        #expect(atEnd == .usable(records: [Self.ee], names: ["host.test", "mx.test"], baseDomain: "host.test"))
        let atBeginning = try await status {
            alias(&$0)
            Self.publish([Self.ta], &$0)
        }
        #expect(atBeginning == .usable(records: [Self.ta], names: ["mx.test"], baseDomain: "mx.test"))
        // A failure at the end hides what is there: the beginning is no way round it.
        let failing = try await status {
            alias(&$0)
            $0.failures["_25._tcp.host.test"] = .server(rcode: 2)
            Self.publish([Self.ta], &$0)
        }
        guard case .failed = failing else {
            Issue.record("\(failing)")
            return
        }
    }

    @Test func anInsecureEndOfASecureAliasLeavesTheBeginning() async throws {
        let alias: (inout FakeResolver) -> Void = {
            $0.addresses["host.other"] = [.v4(0xC000_0201)]
            $0.cname["mx.test"] = "host.other"
            Self.publish([Self.ee], &$0)
            Self.publish([Self.ta], at: "_25._tcp.host.other", &$0)
        }
        let secure = try await status {
            alias(&$0)
            $0.isAuthenticated.insert("mx.test")
        }
        #expect(secure == .usable(records: [Self.ee], names: ["mx.test"], baseDomain: "mx.test"))
        #expect(try await status(alias) == .absent)
    }

    @Test func aFailedLookOfTheAliasItselfIsNotAbsence() async {
        var resolver = FakeResolver()
        resolver.failures["mx.test"] = .timeout
        let addresses = Answer<IPAddress>(
            status: .found, records: [.v4(0xC000_0201)], canonicalName: "host.other", ttl: 60)
        let found = await DANECheck(resolver: resolver).status(of: "mx.test", port: 25, addresses: addresses)
        #expect(found == .failed(reason: "the alias mx.test: timeout"))
    }

    // MARK: what is no host

    @Test(arguments: ["", "192.0.2.1", "2001:db8::1"])
    func anAddressPublishesNothing(_ host: String) async {
        var resolver = FakeResolver()
        Self.publish([Self.ee], at: "_25._tcp.\(host)", &resolver)
        let addresses = Answer<IPAddress>(
            status: .found, records: [.v4(0xC000_0201)], canonicalName: host, ttl: 60, isAuthenticated: true)
        #expect(await DANECheck(resolver: resolver).status(of: host, port: 25, addresses: addresses) == .absent)
    }

    @Test func aNameThatCannotBeAskedForPublishesNothing() async {
        let long = Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
        var resolver = FakeResolver()
        resolver.failures["_25._tcp.\(long)"] = .badName
        let addresses = Answer<IPAddress>(
            status: .found, records: [.v4(0xC000_0201)], canonicalName: long, ttl: 60, isAuthenticated: true)
        #expect(await DANECheck(resolver: resolver).status(of: long, port: 25, addresses: addresses) == .absent)
    }

    @Test func writesNamesInOneWay() async throws {
        var resolver = FakeResolver()
        Self.publish([Self.ee], &resolver)
        let addresses = Answer<IPAddress>(
            status: .found, records: [.v4(0xC000_0201)], canonicalName: "MX.test.", ttl: 60, isAuthenticated: true)
        let found = await DANECheck(resolver: resolver).status(of: "Mx.TEST.", port: 25, addresses: addresses)
        #expect(found == .usable(records: [Self.ee], names: ["mx.test"], baseDomain: "mx.test"))
    }
}
