import DNSAuth
import Loop
import MTA
import Mail
import Testing

/// DANE from the DNS to the message: a signed zone, a validating resolver, the engine's own transport, and mail hosts
/// with real certificates.
@Suite(.timeLimit(.minutes(2))) struct DANEDeliveryTests {
    struct Case: Sendable {
        var destination: String
        var verdict: Verdict
        var verification: PeerVerification?
        /// Whether the report says `tlsa`, and of what failure; `nil` in the list is a success.
        var reports: [TLSAttempt.Failure?]
        var isTLSA = true
    }

    static let published: [Case] = [
        Case(destination: "d-ee.signed.test", verdict: .delivered, verification: .dane, reports: [nil]),
        Case(
            destination: "d-bad.signed.test", verdict: .deferred(.tlsPolicyNotMet), reports: [.tlsaInvalid]),
        Case(destination: "d-ta.signed.test", verdict: .delivered, verification: .dane, reports: [nil]),
        // The certificate names the destination and not the host (RFC 7672 §3.2.2).
        Case(destination: "d-name.signed.test", verdict: .delivered, verification: .dane, reports: [nil]),
        Case(
            destination: "d-wrong.signed.test", verdict: .deferred(.tlsPolicyNotMet),
            reports: [.certificateHostMismatch]),
        Case(
            destination: "d-unusable.signed.test", verdict: .delivered, verification: .notRequested,
            reports: [.tlsaInvalid]),
        Case(
            destination: "d-clear.signed.test", verdict: .deferred(.tlsPolicyNotMet),
            reports: [.startTLSNotSupported]),
        // RFC 7672 §2.2.2: the alias is secure from end to end, and the records stand at its end.
        Case(destination: "d-alias.signed.test", verdict: .delivered, verification: .dane, reports: [nil]),
        // Its end is insecure, its beginning is not.
        Case(destination: "d-away.signed.test", verdict: .delivered, verification: .dane, reports: [nil]),
        // A bogus signature is no answer, so the host is not used; another one may be.
        Case(
            destination: "d-broken.signed.test", verdict: .deferred(.tlsaLookupFailed), reports: [.dnssecInvalid]),
        Case(
            destination: "d-two.signed.test", verdict: .delivered, verification: .dane,
            reports: [.dnssecInvalid, nil]),
        Case(
            destination: "d-none.signed.test", verdict: .delivered, verification: .notRequested, reports: [nil],
            isTLSA: false),
        Case(destination: "d-ghost.signed.test", verdict: .bounced(.noMailHost), reports: []),
        // Insecure zones: TLSA records there, right or wrong, are not looked at.
        Case(
            destination: "d-plain.plain.test", verdict: .delivered, verification: .notRequested, reports: [nil],
            isTLSA: false),
        Case(
            destination: "d-clear.plain.test", verdict: .delivered, verification: nil,
            reports: [.startTLSNotSupported], isTLSA: false),
        // RFC 7672 §2.2.1: an insecure MX list leads to a secure host.
        Case(
            destination: "d-ee.plain.test", verdict: .delivered, verification: .notRequested, reports: [nil],
            isTLSA: false),
        // The domain itself is the host (RFC 7672 §2.2.2).
        Case(destination: "ee.signed.test", verdict: .delivered, verification: .dane, reports: [nil]),
    ]

    @Test func whatTheDestinationPublishesIsObeyed() async throws {
        guard let programs = Programs.find(for: "DANE end to end") else { return }
        let world = try await SignedWorld(programs)
        defer { world.stop() }
        var delivered = 0
        for item in Self.published {
            let (outcome, attempts) = try await world.deliver(to: item.destination, .published)
            #expect(outcome.verdict == item.verdict, "\(item.destination)")
            #expect(outcome.tls?.verification == item.verification, "\(item.destination)")
            #expect(attempts.map(\.failure) == item.reports, "\(item.destination): \(attempts.map(\.detail))")
            for attempt in attempts {
                if case .tlsa = attempt.policy {
                    #expect(item.isTLSA, "\(item.destination)")
                } else {
                    #expect(!item.isTLSA, "\(item.destination)")
                }
            }
            if item.verdict == .delivered { delivered += 1 }
            #expect(world.arrived == delivered, "\(item.destination): nothing arrives that was not to")
        }
        print("DANE end to end: \(Self.published.count) destinations, \(delivered) delivered")
    }

    @Test func aModeThatInsistsOnDANETakesNothingLess() async throws {
        guard let programs = Programs.find(for: "mandatory DANE") else { return }
        let world = try await SignedWorld(programs)
        defer { world.stop() }
        for (destination, verdict) in [
            ("d-ee.signed.test", Verdict.delivered), ("d-none.signed.test", .deferred(.tlsPolicyMissing)),
            ("d-unusable.signed.test", .deferred(.tlsPolicyMissing)),
            ("d-plain.plain.test", .deferred(.tlsPolicyMissing)),
            ("d-broken.signed.test", .deferred(.tlsaLookupFailed)),
        ] {
            #expect(try await world.deliver(to: destination, .dane).0.verdict == verdict, "\(destination)")
        }
        #expect(world.arrived == 1)
    }

    /// A smarthost by its name and port (RFC 7672 §2.2.2), which TLSA records vouch for.
    @Test func aSmarthostMayPublishToo() async throws {
        guard let programs = Programs.find(for: "DANE of a smarthost") else { return }
        let world = try await SignedWorld(programs)
        defer { world.stop() }
        for (host, verdict) in [
            ("ee.signed.test", Verdict.delivered), ("bad.signed.test", .deferred(.tlsFailed)),
            ("none.signed.test", .deferred(.tlsPolicyMissing)),
        ] {
            let options = RelayTransportOptions(
                hosts: [.init(name: host, port: world.port)], heloName: "client.test", tls: .dane)
            let relay = RelayTransport(
                options, resolver: world.resolver, context: try TLSClientContext(trust: .nobody),
                policies: PublishedTLSPolicies(resolver: world.resolver, sts: NoMTASTS()), loops: [world.loop])
            let outcomes = await relay.carry(
                SignedWorld.batch("anywhere.test"), on: Lane(site: host, shard: 0, number: 0))
            #expect(outcomes.map(\.verdict) == [verdict], "\(host)")
            await relay.shutDown()
        }
        #expect(world.arrived == 1)
    }

    /// The openssl program, given the same records, comes to the same verdict.
    @Test func agreesWithOpenSSL() async throws {
        guard let programs = Programs.find(for: "DANE against openssl s_client") else { return }
        let world = try await SignedWorld(programs)
        defer { world.stop() }
        var agreed = 0
        for host in ["ee", "bad", "ta", "wrong"] {
            let record = try #require(world.records[host])
            let theirs = try world.sClient(base: "\(host).signed.test", record: record)
            let (outcome, _) = try await world.deliver(to: "d-\(host).signed.test", .dane)
            #expect((outcome.tls?.verification == .dane) == theirs.isVerified, "\(host): \(theirs.said)")
            if (outcome.tls?.verification == .dane) == theirs.isVerified { agreed += 1 }
        }
        print("conformance DANE against openssl s_client: 4 cases, \(agreed) agree, 0 deviations listed")
        #expect(agreed == 4)
    }
}
