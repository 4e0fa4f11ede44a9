import Loop
import Mail
import Testing

@testable import MTA

/// DANE and MTA-STS through the shard, with scripted hosts: what is connected to, what is said, what is reported.
@Suite struct PublishedPolicyTests {
    private static let offer =
        "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250-PIPELINING\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n"
    private static let inside =
        "X: starttls\nC: EHLO client.test\nS: 250-mx\nS: 250 PIPELINING\n" + Dialogue.transaction
    private static let good = offer + inside
    private static let plain = Dialogue.hello + Dialogue.transaction
    private static let again = "C: RSET\nS: 250 ok\n" + Dialogue.transaction
    private static let untrusted = TLSFailure(reason: "self-signed certificate", fault: .untrusted)

    private static let enforced = MTASTSPolicy(mode: .enforce, mx: ["mx.test"], maxAge: 60, id: "1", lines: [])
    private static let record = TLSRulingTests.record
    private static let taRecord = TLSARecord(usage: 2, selector: 0, matchingType: 1, data: record.data)

    private static func dane(_ record: TLSARecord = record) -> DANEStatus {
        .usable(records: [record], names: ["mx.test"], baseDomain: "mx.test")
    }

    private static func delivery(
        _ mode: TLSMode = .published, _ policies: (inout TablePolicies) -> Void = { _ in },
        _ change: (inout ScriptedDelivery) -> Void = { _ in }
    ) -> ScriptedDelivery {
        var delivery = ScriptedDelivery(change)
        delivery.options.tls = mode
        var table = TablePolicies()
        policies(&table)
        delivery.policies = table
        return delivery
    }

    private static func failures(_ result: ScriptedDelivery.Result) -> [TLSAttempt.Failure?] {
        result.attempts.map(\.failure)
    }

    // MARK: nothing published

    @Test func nothingPublishedIsOpportunistic() async throws {
        let tls = try await Self.delivery().run(.play(Self.good))
        #expect(tls.verdicts == [.delivered] && Self.failures(tls) == [nil])
        #expect(tls.attempts[0].policy == TLSAttempt.Policy.none)
        #expect(tls.attempts[0].receivingHost == "mx.test" && tls.attempts[0].receivingAddress == "192.0.2.1")
        let plain = try await Self.delivery().run(.play(Self.plain))
        #expect(plain.verdicts == [.delivered] && Self.failures(plain) == [.startTLSNotSupported])
        let broken = try await Self.delivery().run(
            .playWithBrokenTLS(Self.offer + "X: eof"),
            .play(Self.offer.replacing("C: STARTTLS\nS: 220 go\n", with: "") + Dialogue.transaction))
        // One failed session, however it was carried in the end.
        #expect(broken.verdicts == [.delivered] && Self.failures(broken) == [.validationFailure])
    }

    @Test func modesOfTheConfigurationAreNotReportedOn() async throws {
        let result = try await Self.delivery(.required) { $0.sts["dest.test"] = .enforce(Self.enforced) }
            .run(.playWithCertificate(Self.good, Self.untrusted))
        #expect(result.verdicts == [.delivered] && result.attempts.isEmpty)
    }

    // MARK: MTA-STS

    @Test func anEnforcedPolicyIsVerified() async throws {
        let delivery = Self.delivery(.published) { $0.sts["dest.test"] = .enforce(Self.enforced) }
        let good = try await delivery.run(.play(Self.good))
        #expect(good.verdicts == [.delivered] && good.outcomes[0][0].tls?.verification == .verified)
        #expect(good.attempts.map(\.policy) == [.sts(Self.enforced)] && Self.failures(good) == [nil])
        let bad = try await delivery.run(.playWithCertificate(Self.offer + "X: eof", Self.untrusted))
        #expect(bad.verdicts == [.deferred(.tlsPolicyNotMet)] && Self.failures(bad) == [.certificateNotTrusted])
        #expect(bad.connections == 1, "never again without TLS")
        let none = try await delivery.run(.play(Dialogue.hello + "X: eof"))
        #expect(none.verdicts == [.deferred(.tlsPolicyNotMet)] && Self.failures(none) == [.startTLSNotSupported])
        #expect(none.network.heard == ["EHLO client.test\r\n"])
        let refused = try await delivery.run(.play(Self.offer.replacing("220 go", with: "454 no") + "X: eof"))
        #expect(refused.verdicts == [.deferred(.tlsPolicyNotMet)])
    }

    /// An attacker who cannot break TLS says something permanent before it begins.
    @Test(arguments: [502, 550, 554, 450])
    func nothingSaidInTheClearBouncesMailThatNeedsTLS(_ code: Int) async throws {
        let script = "S: 220 mx\nC: EHLO *\nS: \(code) no\nX: eof"
        let delivery = Self.delivery(.published) { $0.sts["dest.test"] = .enforce(Self.enforced) }
        let result = try await delivery.run(.play(script))
        #expect(result.verdicts == [.deferred(.tlsPolicyNotMet)])
        #expect(result.outcomes[0][0].reply?.code == UInt16(code))
        #expect(result.network.heard == ["EHLO client.test\r\n"])
    }

    @Test func aHostThatThePolicyDoesNotNameIsNeverConnectedTo() async throws {
        let delivery = Self.delivery(.published) {
            $0.sts["dest.test"] = .enforce(Self.enforced)
        } _: {
            $0.hosts = ["evil.test", "mx.test"]
        }
        let result = try await delivery.run(.play(Self.good))
        #expect(result.verdicts == [.delivered])
        #expect(result.network.dialled.map(\.ip) == [.v4(0xC000_0211)])
        #expect(Self.failures(result) == [.validationFailure, nil])
        #expect(result.attempts[0].receivingHost == "evil.test" && result.attempts[0].receivingAddress.isEmpty)
        var alone = delivery
        alone.hosts = ["evil.test"]
        let none = try await alone.run(.play(Self.good))
        #expect(none.verdicts == [.deferred(.tlsPolicyForbidsHosts)] && none.connections == 0)
        // The host that is allowed does not answer: still nothing that the site could be blamed for.
        let dead = try await delivery.run(.fail(.refused))
        #expect(dead.verdicts == [.deferred(.tlsPolicyForbidsHosts)])
    }

    @Test func aTestedPolicyIsOnlyReported() async throws {
        var policy = Self.enforced
        policy.mode = .testing
        let delivery = Self.delivery(.published) { $0.sts["dest.test"] = .testing(policy) }
        let bad = try await delivery.run(.playWithCertificate(Self.good, Self.untrusted))
        #expect(bad.verdicts == [.delivered] && Self.failures(bad) == [.certificateNotTrusted])
        #expect(bad.attempts[0].policy == .sts(policy) && bad.attempts[0].detail == "self-signed certificate")
        let plain = try await delivery.run(.play(Self.plain))
        #expect(plain.verdicts == [.delivered] && Self.failures(plain) == [.startTLSNotSupported])
        var elsewhere = delivery
        elsewhere.hosts = ["other.test"]
        let other = try await elsewhere.run(.play(Self.good))
        #expect(other.verdicts == [.delivered] && Self.failures(other) == [.validationFailure])
        let missing = try await Self.delivery(.mtaSTS) { $0.sts["dest.test"] = .testing(policy) }.run(.play(Self.good))
        #expect(missing.verdicts == [.deferred(.tlsPolicyMissing)] && missing.connections == 0)
    }

    // MARK: DANE

    private static func secured(_ status: DANEStatus, _ mode: TLSMode = .published) -> ScriptedDelivery {
        delivery(mode) {
            $0.secure = ["dest.test"]
            $0.dane["mx.test"] = status
        }
    }

    @Test func aMatchingRecordIsProof() async throws {
        for mode in [TLSMode.published, .dane] {
            let result = try await Self.secured(Self.dane(), mode).run(.play(Self.good))
            #expect(result.verdicts == [.delivered] && result.outcomes[0][0].tls?.verification == .dane)
            let records = ["3 1 1 " + String(repeating: "01", count: 32)]
            #expect(result.attempts.map(\.policy) == [.tlsa(records: records, host: "mx.test")])
            #expect(Self.failures(result) == [nil])
        }
    }

    @Test func aHostThatNoRecordVouchesForGetsNothing() async throws {
        let fault = TLSFailure(reason: "no matching DANE TLSA records", fault: .noTLSAMatch)
        let result = try await Self.secured(Self.dane()).run(.playWithCertificate(Self.offer + "X: eof", fault))
        #expect(result.verdicts == [.deferred(.tlsPolicyNotMet)] && Self.failures(result) == [.tlsaInvalid])
        #expect(result.connections == 1)
        let plain = try await Self.secured(Self.dane()).run(.play(Dialogue.hello + "X: eof"))
        #expect(plain.verdicts == [.deferred(.tlsPolicyNotMet)] && Self.failures(plain) == [.startTLSNotSupported])
        #expect(plain.network.heard == ["EHLO client.test\r\n"])
    }

    @Test func unusableRecordsDemandTLSAlone() async throws {
        let result = try await Self.secured(.unusable).run(.playWithCertificate(Self.good, Self.untrusted))
        #expect(result.verdicts == [.delivered] && result.outcomes[0][0].tls?.verification == .failed)
        #expect(Self.failures(result) == [.tlsaInvalid])
        let broken = try await Self.secured(.unusable).run(.playWithBrokenTLS(Self.offer + "X: eof"))
        #expect(broken.verdicts == [.deferred(.tlsPolicyNotMet)] && broken.connections == 1)
        let plain = try await Self.secured(.unusable).run(.play(Dialogue.hello + "X: eof"))
        #expect(plain.verdicts == [.deferred(.tlsPolicyNotMet)])
        let strict = try await Self.secured(.unusable, .dane).run(.play(Self.good))
        #expect(strict.verdicts == [.deferred(.tlsPolicyMissing)] && Self.failures(strict) == [.daneRequired])
    }

    @Test func aFailedLookupSkipsTheHost() async throws {
        var delivery = Self.secured(.failed(reason: "_25._tcp.mx.test: timeout"))
        let alone = try await delivery.run(.play(Self.good))
        #expect(alone.verdicts == [.deferred(.tlsaLookupFailed)] && alone.connections == 0)
        #expect(Self.failures(alone) == [.dnssecInvalid] && alone.attempts[0].detail == "_25._tcp.mx.test: timeout")
        delivery.hosts = ["mx.test", "mx2.test"]
        let next = try await delivery.run(.play(Self.good))
        #expect(next.verdicts == [.delivered] && next.network.dialled.map(\.ip) == [.v4(0xC000_0211)])
    }

    @Test func whatInsecureHostsPublishDoesNotCount() async throws {
        var delivery = Self.delivery(.published) { $0.dane["mx.test"] = Self.dane() }
        let result = try await delivery.run(.play(Self.plain))
        #expect(result.verdicts == [.delivered])
        delivery.options.tls = .dane
        let strict = try await delivery.run(.play(Self.good))
        #expect(strict.verdicts == [.deferred(.tlsPolicyMissing)] && strict.connections == 0)
    }

    // MARK: what one destination must not do to another

    /// A broken handshake that an opportunistic destination met is forgotten when TLS is mandatory.
    @Test func theMemoryOfBrokenTLSNeverWeakensAPolicy() async throws {
        let delivery = Self.delivery(.published) {
            $0.sts["strict.test"] = .enforce(Self.enforced)
        } _: {
            $0.destinations = ["dest.test", "strict.test", "dest.test"]
            $0.batches = 3
            $0.pause = .seconds(10)
        }
        let clear = Self.offer.replacing("C: STARTTLS\nS: 220 go\n", with: "") + Dialogue.transaction + "C: QUIT"
        let result = try await delivery.run(
            .playWithBrokenTLS(Self.offer + "X: eof"), .play(clear),
            .playWithCertificate(Self.offer + "X: eof", Self.untrusted), .play(clear))
        #expect(
            result.outcomes.map { $0[0].verdict } == [.delivered, .deferred(.tlsPolicyNotMet), .delivered])
        #expect(result.outcomes[2][0].tls == nil, "and a failed policy does not make TLS broken, nor whole")
        #expect(result.connections == 4 && result.network.mismatches.isEmpty, "\(result.network.mismatches)")
        #expect(Self.failures(result) == [.validationFailure, .certificateNotTrusted])
    }

    @Test func aConnectionOfAWeakerPolicyIsNotUsedForAStrongerOne() async throws {
        let delivery = Self.delivery(.published) {
            $0.sts["strict.test"] = .enforce(Self.enforced)
        } _: {
            $0.destinations = ["dest.test", "strict.test", "dest.test"]
            $0.batches = 3
        }
        let result = try await delivery.run(
            .playWithCertificate(Self.good + "C: QUIT\nS: 221 bye", Self.untrusted),
            .play(Self.good + Dialogue.transaction))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered, .delivered])
        // The third batch takes the verified connection: more than it asks for.
        #expect(result.outcomes.map { $0[0].tls?.verification } == [.failed, .verified, .verified])
        #expect(result.connections == 2 && result.idle == 1)
        #expect(result.network.mismatches.isEmpty, "\(result.network.mismatches)")
    }

    @Test func aConnectionThatAskedForNoRecordsIsNotUsedForASecureDestination() async throws {
        let delivery = Self.delivery(.published) {
            $0.secure = ["secure.test"]
            $0.dane["mx.test"] = Self.dane()
        } _: {
            $0.destinations = ["dest.test", "secure.test"]
            $0.batches = 2
        }
        let result = try await delivery.run(.play(Self.good + "C: QUIT\nS: 221 bye"), .play(Self.good))
        #expect(result.outcomes.map { $0[0].tls?.verification } == [.notRequested, .dane])
        #expect(result.connections == 2 && result.network.mismatches.isEmpty, "\(result.network.mismatches)")
    }

    /// RFC 7672 §3.2.2: a DANE-TA certificate may name the destination; what that proves, it proves to that one only.
    @Test(arguments: [("mx.test", 1), ("dest.test", 2)])
    func aCertificateOfTheOtherDestinationIsNotTakenOver(_ name: String, _ connections: Int) async throws {
        let delivery = Self.delivery(.published) {
            $0.secure = ["dest.test", "second.test"]
            $0.dane["mx.test"] = Self.dane(Self.taRecord)
        } _: {
            $0.destinations = ["dest.test", "second.test"]
            $0.batches = 2
        }
        let both = Self.good + (connections == 1 ? Dialogue.transaction : "C: QUIT\nS: 221 bye")
        let result = try await delivery.run(.playWithName(both, name), .playWithName(Self.good, "second.test"))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered])
        #expect(result.connections == connections && result.network.mismatches.isEmpty, "\(result.network.mismatches)")
    }

    /// One connection per lane, however the destinations of a site differ.
    @Test func aSiteHasNoMoreConnectionsThanLanes() async throws {
        let delivery = Self.delivery(.published) {
            $0.sts["strict.test"] = .enforce(Self.enforced)
        } _: {
            $0.destinations = ["dest.test", "dest.test", "strict.test", "strict.test"]
            $0.batches = 4
            $0.lanes = 2
        }
        let weak = ScriptedNetwork.Script.playWithCertificate(
            Self.good + Dialogue.transaction + "C: QUIT\nS: 221 bye", Self.untrusted)
        let result = try await delivery.run(weak, .play(Self.good + Dialogue.transaction), .play(Self.good))
        #expect(result.outcomes.map { $0[0].verdict } == Array(repeating: .delivered, count: 4))
        #expect(result.connections == 2 && result.idle == 1)
    }
}
