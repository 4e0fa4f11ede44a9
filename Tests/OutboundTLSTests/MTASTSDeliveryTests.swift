import DNSAuth
import Loop
import MTA
import Mail
import Testing

/// MTA-STS policies over real hosts and certificates, beside DANE. How a policy is fetched is another suite's business.
@Suite(.timeLimit(.minutes(2))) struct MTASTSDeliveryTests {
    private struct Table: MTASTSSource {
        var sts: DestinationTLSPolicy.STS
        func policy(for destination: Domain) async -> DestinationTLSPolicy.STS { sts }
    }

    struct Case: Sendable {
        var text: String
        var destination: String
        var sts: DestinationTLSPolicy.STS
        var verdict: Verdict
        var verification: PeerVerification?
        var reports: [TLSAttempt.Failure?]
    }

    private static func policy(_ mode: MTASTSPolicy.Mode, _ mx: String...) -> MTASTSPolicy {
        MTASTSPolicy(mode: mode, mx: mx, maxAge: 86_400, id: "1", lines: ["version: STSv1"])
    }

    static let cases = [
        Case(
            text: "enforced, and the certificate names the host", destination: "d-ta.plain.test",
            sts: .enforce(policy(.enforce, "ta.signed.test")), verdict: .delivered, verification: .verified,
            reports: [nil]),
        Case(
            text: "enforced with a wildcard, and the certificate names another host", destination: "d-ee.plain.test",
            sts: .enforce(policy(.enforce, "*.signed.test")), verdict: .deferred(.tlsPolicyNotMet),
            reports: [.certificateHostMismatch]),
        Case(
            text: "enforced, and no host is allowed", destination: "d-ta.plain.test",
            sts: .enforce(policy(.enforce, "mx.elsewhere.test")), verdict: .deferred(.tlsPolicyForbidsHosts),
            reports: [.validationFailure]),
        Case(
            text: "enforced, and one of two hosts is allowed", destination: "d-two.plain.test",
            sts: .enforce(policy(.enforce, "ta.signed.test")), verdict: .delivered, verification: .verified,
            reports: [.validationFailure, nil]),
        Case(
            text: "enforced, and the host has no TLS", destination: "d-clear.plain.test",
            sts: .enforce(policy(.enforce, "clear.plain.test")), verdict: .deferred(.tlsPolicyNotMet),
            reports: [.startTLSNotSupported]),
        Case(
            text: "tested, and the certificate names another host", destination: "d-ee.plain.test",
            sts: .testing(policy(.testing, "ee.signed.test")), verdict: .delivered, verification: .failed,
            reports: [.certificateHostMismatch]),
        Case(
            text: "tested, and all is well", destination: "d-ta.plain.test",
            sts: .testing(policy(.testing, "ta.signed.test")), verdict: .delivered, verification: .verified,
            reports: [nil]),
        Case(
            text: "published and not to be had", destination: "d-ta.plain.test",
            sts: .unavailable(reason: .certificate(reason: "expired")), verdict: .delivered, verification: .verified,
            reports: [.stsWebPKIInvalid]),
        // RFC 8461 §2: DANE is not overruled, neither when it holds nor when it fails.
        Case(
            text: "DANE holds where the policy allows nothing", destination: "d-ee.signed.test",
            sts: .enforce(policy(.enforce, "mx.elsewhere.test")), verdict: .delivered, verification: .dane,
            reports: [nil]),
        Case(
            text: "DANE fails where the policy would allow the host", destination: "d-bad.signed.test",
            sts: .testing(policy(.testing, "*.signed.test")), verdict: .deferred(.tlsPolicyNotMet),
            reports: [.tlsaInvalid]),
        Case(
            text: "no TLSA record can be used, and a policy is enforced", destination: "d-unusable.signed.test",
            sts: .enforce(policy(.enforce, "*.signed.test")), verdict: .deferred(.tlsPolicyNotMet),
            reports: [.certificateHostMismatch]),
    ]

    @Test func whatThePolicySaysIsObeyed() async throws {
        guard let programs = Programs.find(for: "MTA-STS over real hosts") else { return }
        let world = try await SignedWorld(programs)
        defer { world.stop() }
        var delivered = 0
        for item in Self.cases {
            let (outcome, attempts) = try await world.deliver(
                to: item.destination, .published, trust: .file("\(world.folder.path)/ca.pem"),
                sts: Table(sts: item.sts))
            #expect(outcome.verdict == item.verdict, "\(item.text)")
            #expect(outcome.tls?.verification == item.verification, "\(item.text)")
            #expect(attempts.map(\.failure) == item.reports, "\(item.text): \(attempts.map(\.detail))")
            if item.verdict == .delivered { delivered += 1 }
            #expect(world.arrived == delivered, "\(item.text)")
        }
    }

    /// The certificate has to come from somebody whom the context trusts: DANE's authority is none.
    @Test func anUnknownAuthorityIsNoProof() async throws {
        guard let programs = Programs.find(for: "MTA-STS and an unknown authority") else { return }
        let world = try await SignedWorld(programs)
        defer { world.stop() }
        let enforced = Table(sts: .enforce(Self.policy(.enforce, "ta.signed.test")))
        let (outcome, attempts) = try await world.deliver(
            to: "d-ta.plain.test", .published, trust: .system, sts: enforced)
        #expect(outcome.verdict == .deferred(.tlsPolicyNotMet))
        #expect(attempts.map(\.failure) == [.certificateNotTrusted])
        #expect(world.arrived == 0)
    }
}
