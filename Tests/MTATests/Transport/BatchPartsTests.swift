import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// Recipients of one site whose destinations publish different policies.
@Suite struct BatchPartsTests {
    private static func batch(_ domains: [String]) -> DeliveryBatch {
        let recipients = domains.enumerated().map {
            Recipient(Mailbox(localPart: "r\($0.offset)", domain: Domain(canonical: $0.element)))
        }
        return DeliveryBatch(
            message: UUIDv7(at: WallTime(milliseconds: 1)), envelope: Envelope(sender: nil, recipients: recipients),
            recipientIndexes: domains.indices.map { UInt32($0 + 10) }, content: [],
            destination: Domain(canonical: domains[0]), attempt: 1)
    }

    private static func divided(_ domains: [String], silent: [String]) -> [[Int]] {
        BatchParts.divide(batch(domains), silent: Set(silent.map { Domain(canonical: $0) })).map(\.places)
    }

    @Test func everyPolicyTravelsAlone() {
        #expect(Self.divided(["a", "b", "a", "c", "d", "b"], silent: ["a", "d"]) == [[0, 2, 4], [1, 5], [3]])
        #expect(Self.divided(["a", "b"], silent: ["a", "b"]) == [[0, 1]])
        #expect(Self.divided(["a", "b"], silent: []) == [[0], [1]])
        for part in BatchParts.divide(Self.batch(["a", "b", "b"]), silent: []) {
            let domain = part.batch.destination
            #expect(part.batch.envelope.recipients.allSatisfy { $0.mailbox.domain == domain })
            #expect(part.batch.recipientIndexes == part.places.map { UInt32($0 + 10) })
        }
    }

    @Test func oneDomainIsTheRule() {
        #expect(BatchParts.destinations(of: Self.batch(["a", "a"])) == [Domain(canonical: "a")])
        #expect(BatchParts.destinations(of: Self.batch(["b", "a", "b"])).map(\.text) == ["b", "a"])
    }

    // MARK: through the shard

    private static let enforced = MTASTSPolicy(mode: .enforce, mx: ["mx.test"], maxAge: 60, id: "1", lines: [])
    private static let hello = """
        S: 220 mx
        C: EHLO client.test
        S: 250-mx
        S: 250-PIPELINING
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go
        X: starttls
        C: EHLO client.test
        S: 250-mx
        S: 250 PIPELINING

        """

    private static func transaction(_ recipients: String...) -> String {
        let commands = recipients.map { "C: RCPT TO:<\($0)>\n" }.joined()
        let replies = String(repeating: "S: 250 recipient\n", count: recipients.count)
        return "C: MAIL FROM:<s@from.test>\n\(commands)C: DATA\nS: 250 sender\n\(replies)S: 354 go\nC.\nS: 250 queued\n"
    }

    private static func delivery(_ sts: [String: DestinationTLSPolicy.STS]) -> ScriptedDelivery {
        ScriptedDelivery {
            $0.options.tls = .published
            $0.destinations = ["dest.test", "strict.test", "quiet.test"]
            $0.recipients = 3
            $0.envelopeChange = { envelope in
                envelope.recipients = ["dest.test", "strict.test", "quiet.test"].map {
                    Recipient(Mailbox(localPart: "r", domain: Domain(canonical: $0)))
                }
            }
            $0.policies = TablePolicies(sts: sts)
        }
    }

    /// A certificate that does not hold is good enough for the two that publish nothing, and not for the third.
    @Test func aStrictRecipientDoesNotTravelWithTheOthers() async throws {
        let fault = TLSFailure(reason: "self-signed certificate", fault: .untrusted)
        let first = Self.hello + Self.transaction("r@dest.test", "r@quiet.test") + "C: QUIT\nS: 221 bye"
        let refused = try await Self.delivery(["strict.test": .enforce(Self.enforced)]).run(
            .playWithCertificate(first, fault), .playWithCertificate(Self.hello, fault))
        #expect(refused.verdicts == [.delivered, .deferred(.tlsPolicyNotMet), .delivered])
        #expect(refused.connections == 2)
        let proved = try await Self.delivery(["strict.test": .enforce(Self.enforced)]).run(
            .playWithCertificate(first, fault), .play(Self.hello + Self.transaction("r@strict.test")))
        #expect(proved.verdicts == [.delivered, .delivered, .delivered])
        #expect(proved.outcomes[0].map { $0.tls?.verification } == [.failed, .verified, .failed])
        #expect(proved.network.mismatches.isEmpty, "\(proved.network.mismatches)")
    }

    @Test func whoPublishesNothingSharesATransaction() async throws {
        let script = Self.hello + Self.transaction("r@dest.test", "r@strict.test", "r@quiet.test")
        let result = try await Self.delivery([:]).run(.play(script))
        #expect(result.verdicts == [.delivered, .delivered, .delivered])
        #expect(result.connections == 1 && result.network.mismatches.isEmpty, "\(result.network.mismatches)")
    }

    /// What a destination publishes after a minute: its policy host does not answer.
    private struct SlowPolicies: TLSPolicySource {
        let time: any TimeSource

        func policy(for destination: Domain, exchanges: Answer<MXRecord>) async -> DestinationTLSPolicy {
            try? await time.sleep(for: .seconds(60))
            return DestinationTLSPolicy(
                sts: .unavailable(reason: .fetch(reason: "timed out")), isExchangeListSecure: false)
        }

        func dane(for host: String, port: UInt16, addresses: Answer<IPAddress>) async -> DANEStatus { .absent }
    }

    /// The first of a batch decides where it goes, and may have other hosts now than when the site was named.
    @Test func whoHasOtherHostsNowTravelsAlone() async throws {
        let loop = SimulatedLoop()
        var resolver = FakeResolver()
        for (domain, host) in [("a.test", "mx.test"), ("b.test", "evil.test"), ("c.test", "mx.test")] {
            resolver.mx[domain] = [MXRecord(preference: 0, exchange: host)]
        }
        var options = ClientOptions(heloName: "client.test")
        options.tls = .published
        let settings = SMTPShard.Settings(
            source: .exchanges(resolver, port: 25, ownNames: []), options: options, rules: HostPlan.Rules(),
            context: nil, policies: TablePolicies(), attempts: nil)
        let network = try ScriptedNetwork([], on: loop, chunk: 1_024)
        let shard = SMTPShard(settings, dialer: network, time: loop.time, executor: loop)
        try await loop.run { _ in
            let parts = await shard.parts(of: Self.batch(["b.test", "a.test", "c.test"]))
            #expect(parts?.map(\.batch.destination.text) == ["b.test", "a.test", "c.test"])
            let others = await shard.parts(of: Self.batch(["a.test", "b.test", "c.test"]))
            #expect(others?.map(\.places) == [[0, 2], [1]])
        }
    }

    @Test func manyDeadPolicyHostsCostNoMoreThanOne() async throws {
        let domains = (0..<50).map { "d\($0).test" }
        let loop = SimulatedLoop()
        var resolver = FakeResolver()
        for domain in domains { resolver.mx[domain] = [MXRecord(preference: 0, exchange: "mx.test")] }
        var options = ClientOptions(heloName: "client.test")
        options.tls = .published
        let settings = SMTPShard.Settings(
            source: .exchanges(resolver, port: 25, ownNames: []), options: options, rules: HostPlan.Rules(),
            context: nil, policies: SlowPolicies(time: loop.time), attempts: nil)
        let network = try ScriptedNetwork([], on: loop, chunk: 1_024)
        let shard = SMTPShard(settings, dialer: network, time: loop.time, executor: loop)
        try await loop.run { _ in
            let start = loop.time.now
            let parts = await shard.parts(of: Self.batch(domains))
            #expect(parts?.count == 50)
            #expect(loop.time.now - start == .seconds(60))
        }
    }
}
