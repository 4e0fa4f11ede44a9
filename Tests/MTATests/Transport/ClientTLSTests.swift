import Loop
import Mail
import Testing

@testable import MTA

/// STARTTLS and AUTH as the client does them, with scripted hosts.
@Suite struct ClientTLSTests {
    private static let offer = """
        S: 220 mx
        C: EHLO client.test
        S: 250-mx
        S: 250-PIPELINING
        S: 250 STARTTLS
        C: STARTTLS

        """
    private static let helloInside = """
        C: EHLO client.test
        S: 250-mx
        S: 250 PIPELINING

        """

    private static func delivery(
        _ mode: TLSMode, _ change: (inout ScriptedDelivery) -> Void = { _ in }
    ) -> ScriptedDelivery {
        var delivery = ScriptedDelivery(change)
        delivery.options.tls = mode
        return delivery
    }

    @Test(arguments: [TLSMode.opportunistic, .required, .verify])
    func startsTLSAndSaysEHLOAgain(_ mode: TLSMode) async throws {
        let result = try await Self.delivery(mode)
            .run(.play(Self.offer + "S: 220 go\nX: starttls\n" + Self.helloInside + Dialogue.transaction))
        #expect(result.verdicts == [.delivered])
        #expect(result.network.mismatches.isEmpty)
        let tls = try #require(result.outcomes[0][0].tls)
        #expect(tls.verification == (mode == .verify ? .verified : .notRequested))
    }

    @Test func speaksTLSFromTheFirstByte() async throws {
        let result = try await Self.delivery(.implicit).run(
            .play("X: starttls\n" + Dialogue.hello + Dialogue.transaction))
        #expect(result.verdicts == [.delivered])
        #expect(result.outcomes[0][0].tls?.verification == .verified)
    }

    /// What stands behind the 220 in the clear is never read inside TLS.
    @Test func neverUsesAnInjectedReply() async throws {
        for mode in [TLSMode.opportunistic, .required] {
            let script = Self.offer + "S> 220 ready\\r\\n250 injected\\r\\n"
            let result = try await Self.delivery(mode).run(.play(script))
            #expect(result.verdicts == [.deferred(.protocolViolation)])
            #expect(result.connections == 1 && result.network.mismatches.isEmpty)
        }
    }

    /// The published client cases; the tests of this suite around it have the variants.
    @Test func meetsThePublishedCases() async throws {
        guard let json = ClientVectors.load("smtp/starttls/cases.json") else { return }
        let cases = try #require(json["client_cases"] as? [[String: String]])
        for item in cases {
            switch item["name"] {
            case "response injection":
                let plain = try #require(item["server_plain"]).replacing("\r", with: "\\r").replacing("\n", with: "\\n")
                let result = try await Self.delivery(.opportunistic).run(.play(Self.offer + "S> \(plain)"))
                #expect(result.verdicts == [.deferred(.protocolViolation)])
                #expect(result.network.heard == ["EHLO client.test\r\nSTARTTLS\r\n"])
            case "STARTTLS stripped":
                let result = try await Self.delivery(.required).run(.play(Dialogue.hello + "X: eof"))
                #expect(result.verdicts == [.deferred(.tlsUnavailable)])
                #expect(result.network.heard == ["EHLO client.test\r\n"])
            case "untagged greeting 220 then 554":
                let result = try await Self.delivery(.opportunistic).run(.play("S> 220 a\\r\\n554 b\\r\\n\nX: eof"))
                #expect(result.verdicts == [.deferred(.protocolViolation)])
                #expect(result.network.heard == [""])
            default: Issue.record("unknown case \(item)")
            }
        }
        print("conformance smtp/starttls client: \(cases.count) cases, \(cases.count) agree, 0 deviations listed")
    }

    @Test(arguments: [TLSMode.required, .verify])
    func saysNothingInTheClearWhenTLSIsRequired(_ mode: TLSMode) async throws {
        var delivery = Self.delivery(mode)
        delivery.options.credentials = ClientCredentials(user: "u", password: "p")
        let result = try await delivery.run(.play(Dialogue.hello + "X: eof"))
        #expect(result.verdicts == [.deferred(.tlsUnavailable)])
        #expect(result.network.mismatches.isEmpty)
        #expect(result.network.heard == ["EHLO client.test\r\n"])
        let refusing = try await Self.delivery(mode).run(.play(Self.offer + "S: 454 4.7.0 not now\nX: eof"))
        #expect(refusing.verdicts == [.deferred(.tlsUnavailable)])
        #expect(refusing.network.mismatches.isEmpty)
    }

    @Test func goesOnInTheClearWhenTLSIsOnlyAnOffer() async throws {
        let refused = try await Self.delivery(.opportunistic)
            .run(.play(Self.offer + "S: 454 4.7.0 not now\n" + Dialogue.transaction))
        #expect(refused.verdicts == [.delivered] && refused.connections == 1)
        let missing = try await Self.delivery(.opportunistic).run(.play(Dialogue.hello + Dialogue.transaction))
        #expect(missing.verdicts == [.delivered])
    }

    @Test func remembersABrokenHandshake() async throws {
        let plain = Self.offer.replacing("C: STARTTLS\n", with: "") + Dialogue.transaction
        var delivery = Self.delivery(.opportunistic) {
            $0.batches = 3
            $0.pause = .seconds(100)
        }
        delivery.options.limits.brokenTLSMemory = .seconds(150)
        let again = Self.offer + "S: 220 go\nX: starttls\n" + Self.helloInside + Dialogue.transaction
        let result = try await delivery.run(
            .playWithBrokenTLS(Self.offer + "S: 220 go\nX: eof"), .play(plain), .play(plain), .play(again))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered, .delivered])
        #expect(result.outcomes.map { $0[0].tls != nil } == [false, false, true])
        #expect(result.connections == 4 && result.network.mismatches.isEmpty, "\(result.network.mismatches)")
    }

    @Test func defersWhenAnObligatoryHandshakeFails() async throws {
        let result = try await Self.delivery(.required).run(.playWithBrokenTLS(Self.offer + "S: 220 go\nX: eof"))
        #expect(result.verdicts == [.deferred(.tlsFailed)])
        #expect(result.connections == 1)
    }

    // MARK: AUTH

    private static func inside(_ auth: String) -> String {
        offer + "S: 220 go\nX: starttls\nC: EHLO *\nS: 250-mx\nS: 250-PIPELINING\nS: 250 AUTH \(auth)\n"
    }

    private static func authenticated(_ mode: TLSMode = .verify) -> ScriptedDelivery {
        var delivery = delivery(mode)
        delivery.options.credentials = ClientCredentials(user: "user", password: "pass")
        return delivery
    }

    @Test func authenticatesInsideTLS() async throws {
        let plain = try await Self.authenticated().run(
            .play(Self.inside("LOGIN PLAIN") + "C: AUTH PLAIN AHVzZXIAcGFzcw==\nS: 235 ok\n" + Dialogue.transaction))
        #expect(plain.verdicts == [.delivered] && plain.network.mismatches.isEmpty)
        let login = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw==\nS: 235 ok\n"
        let second = try await Self.authenticated().run(.play(Self.inside("LOGIN") + login + Dialogue.transaction))
        #expect(second.verdicts == [.delivered] && second.network.mismatches.isEmpty)
    }

    @Test(arguments: [
        ("PLAIN", "C: AUTH PLAIN *\nS: 535 5.7.8 no", Verdict.deferred(.authenticationFailed)),
        ("PLAIN", "C: AUTH PLAIN *\nS: 454 4.7.0 later", .deferred(.authenticationFailed)),
        ("LOGIN", "C: AUTH LOGIN\nS: 535 no", .deferred(.authenticationFailed)),
        ("PLAIN", "C: AUTH PLAIN *\nS: 250 what", .deferred(.protocolViolation)),
        ("CRAM-MD5 XOAUTH2", "X: eof", .deferred(.authenticationFailed)),
    ])
    func defersWhenCredentialsAreRefused(_ mechanisms: String, _ script: String, _ verdict: Verdict) async throws {
        let result = try await Self.authenticated().run(.play(Self.inside(mechanisms) + script))
        #expect(result.verdicts == [verdict])
        #expect(result.network.mismatches.isEmpty)
    }

    /// The password never goes out in the clear, unless the configuration says so and the peer is this machine.
    @Test func keepsThePasswordToItself() async throws {
        let clear = "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\n"
        for mode in [TLSMode.none, .opportunistic] {
            let result = try await Self.authenticated(mode).run(.play(clear + "X: eof"))
            #expect(result.verdicts == [.deferred(.authenticationFailed)])
            #expect(result.network.mismatches.isEmpty)
        }
        // The memory stream's peer is a loopback address.
        var local = Self.authenticated(.none)
        local.options.credentials?.allowsPlaintextOnLoopback = true
        let result = try await local.run(.play(clear + "C: AUTH PLAIN *\nS: 235 ok\n" + Dialogue.transaction))
        #expect(result.verdicts == [.delivered])
    }

    /// RFC 4954 §9: a host that has not proved its name may be one that collects passwords.
    @Test(arguments: [TLSMode.opportunistic, .required])
    func thePasswordIsForWhoHasProvedTheName(_ mode: TLSMode) async throws {
        let untrusted = TLSFailure(reason: "self-signed certificate", fault: .untrusted)
        var delivery = Self.authenticated(mode)
        let kept = try await delivery.run(.playWithCertificate(Self.inside("PLAIN") + "X: eof", untrusted))
        #expect(kept.verdicts == [.deferred(.authenticationFailed)] && kept.network.mismatches.isEmpty)
        delivery.options.credentials?.allowsUnverifiedTLS = true
        let said = Self.inside("PLAIN") + "C: AUTH PLAIN *\nS: 235 ok\n" + Dialogue.transaction
        let given = try await delivery.run(.playWithCertificate(said, untrusted))
        #expect(given.verdicts == [.delivered])
    }
}
