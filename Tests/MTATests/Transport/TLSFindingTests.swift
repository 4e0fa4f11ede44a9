import Loop
import Mail
import Testing

@testable import MTA

/// What reports say (RFC 8460 §4.3), as a table.
@Suite struct TLSFindingTests {
    private static func type(_ finding: TLSFinding) -> TLSAttempt.Failure? {
        if case .failure(let finding) = finding { finding.failure } else { nil }
    }

    @Test(arguments: [
        (
            SessionFailure(.startTLS, .tls(TLSFailure(reason: "x", fault: .expired))),
            TLSAttempt.Failure.certificateExpired
        ),
        (SessionFailure(.startTLS, .tls(TLSFailure(reason: "x", fault: .wrongName))), .certificateHostMismatch),
        (SessionFailure(.startTLS, .tls(TLSFailure(reason: "x", fault: .untrusted))), .certificateNotTrusted),
        (SessionFailure(.startTLS, .tls(TLSFailure(reason: "x", fault: .noTLSAMatch))), .tlsaInvalid),
        (SessionFailure(.startTLS, .tls(TLSFailure(reason: "wrong version number"))), .validationFailure),
        (SessionFailure(.startTLS, .tlsUnavailable), .startTLSNotSupported),
        (SessionFailure(.startTLS, .refused(Reply(code: 454, text: "no"))), .startTLSNotSupported),
        (SessionFailure(.startTLS, .violation), .validationFailure),
    ])
    func failures(_ failure: SessionFailure, _ expected: TLSAttempt.Failure) {
        #expect(Self.type(.failed(failure)) == expected)
    }

    @Test(arguments: [
        SessionFailure(.connect, .stream(.refused)), SessionFailure(.banner, .refused(Reply(code: 554, text: "no"))),
        SessionFailure(.hello, .stream(.closed)), SessionFailure(.hello, .violation),
        SessionFailure(.authentication, .noMechanism), SessionFailure(.startTLS, .stream(.cancelled)),
    ])
    func whatIsNotAboutTLSIsNotCounted(_ failure: SessionFailure) {
        #expect(TLSFinding.failed(failure) == .nothing)
    }

    @Test func sessionsThatWereOpened() {
        let tls = TLSFacts(version: "", cipher: "", verification: .failed)
        var demand = HostDemand(.opportunistic)
        #expect(TLSFinding.opened(demand, tls: tls, certificate: nil) == .success)
        #expect(Self.type(.opened(demand, tls: nil, certificate: nil)) == .startTLSNotSupported)
        demand.isTested = true
        let expired = TLSFailure(reason: "x", fault: .expired)
        #expect(Self.type(.opened(demand, tls: tls, certificate: expired)) == .certificateExpired)
        let good = TLSFacts(version: "", cipher: "", verification: .verified)
        #expect(TLSFinding.opened(demand, tls: good, certificate: nil) == .success)
        demand.finding = .init(failure: .stsPolicyFetchError, detail: "x")
        #expect(Self.type(.opened(demand, tls: good, certificate: nil)) == .stsPolicyFetchError)
    }

    @Test(arguments: [
        (MTASTSFetchFailure.fetch(reason: "a"), TLSAttempt.Failure.stsPolicyFetchError),
        (.invalid(reason: "a"), .stsPolicyInvalid), (.certificate(reason: "a"), .stsWebPKIInvalid),
    ])
    func policiesThatCouldNotBeHad(_ failure: MTASTSFetchFailure, _ expected: TLSAttempt.Failure) throws {
        let demand = try TLSRulingTests.decide(.published, .unavailable(reason: failure)).get()
        #expect(demand.finding == .init(failure: expected, detail: "a"))
        guard case .sts(let policy)? = demand.report else {
            Issue.record("\(String(describing: demand.report))")
            return
        }
        #expect(policy.mode == .none && policy.lines.isEmpty)
    }

    @Test func theDetailIsShortASCII() {
        let text = HostDemand.Finding(failure: .tlsaInvalid, detail: "é\n" + String(repeating: "x", count: 400)).text
        #expect(text.utf8.count == 200 && text.hasPrefix("???xx"))
    }
}
