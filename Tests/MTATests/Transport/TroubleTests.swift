import Loop
import Mail
import Testing

@testable import MTA

/// Hosts that stall, hang up, lie and flood, at every step.
@Suite struct TroubleTests {
    private static let upToData = """
        C: MAIL *
        C: RCPT *
        C: DATA

        """

    // MARK: stalls

    @Test(arguments: [
        ("", Duration.seconds(300)), ("S: 220 mx\nC: EHLO *", .seconds(300)),
        (Dialogue.hello + upToData, .seconds(300)),
        (Dialogue.hello + upToData + "S: 250 ok", .seconds(300)),
        (Dialogue.hello + upToData + "S: 250 ok\nS: 250 ok", .seconds(120)),
    ])
    func givesUpOnAHostThatStalls(_ script: String, _ limit: Duration) async throws {
        var delivery = ScriptedDelivery()
        delivery.options.limits.sessionsPerAttempt = 1
        let result = try await delivery.run(.play(script))
        #expect(result.verdicts == [.deferred(script.isEmpty ? .noGreeting : .replyTimeout)])
        #expect(result.elapsed == limit)
        #expect(result.connections == 1)
    }

    @Test func waitsTenMinutesForTheFinalReply() async throws {
        let script = Dialogue.hello + Self.upToData + "S: 250 ok\nS: 250 ok\nS: 354 go\nC.\n"
        let result = try await ScriptedDelivery { $0.addresses = 3 }.run(.play(script), .play(Dialogue.hello))
        #expect(result.verdicts == [.deferred(.replyTimeout)])
        #expect(result.elapsed == .seconds(600))
        // The message may be there: nobody else is asked to take it.
        #expect(result.connections == 1)
    }

    @Test func waitsForAConnectionThirtySeconds() async throws {
        let result = try await ScriptedDelivery().run(.silence)
        #expect(result.verdicts == [.deferred(.connectionTimeout)])
        #expect(result.elapsed == .seconds(30))
    }

    // MARK: hang-ups

    @Test func neverSendsAgainAfterTheFinalDot() async throws {
        let script = Dialogue.hello + Self.upToData + "S: 250 ok\nS: 250 ok\nS: 354 go\nC.\nX: close"
        let result = try await ScriptedDelivery { $0.addresses = 3 }
            .run(.play(script), .play(Dialogue.hello + Dialogue.transaction))
        #expect(result.verdicts == [.deferred(.connectionLost)])
        #expect(result.connections == 1)
    }

    @Test(arguments: [
        "X: close", "S: 220 mx\nX: close", "S: 220 mx\nC: EHLO *\nX: close", Dialogue.hello + "C: MAIL *\nX: close",
        Dialogue.hello + upToData + "S: 250 ok\nX: close", Dialogue.hello + upToData + "S: 250 ok\nS: 250 ok\nX: close",
    ])
    func goesToTheNextAddressWhenAHostHangsUpEarly(_ script: String) async throws {
        let result = try await ScriptedDelivery { $0.addresses = 2 }
            .run(.play(script), .play(Dialogue.hello + Dialogue.transaction))
        #expect(result.verdicts == [.delivered])
        #expect(result.connections == 2)
        let alone = try await ScriptedDelivery().run(.play(script))
        #expect(alone.verdicts == [.deferred(script.hasPrefix("X") ? .noGreeting : .connectionLost)])
    }

    @Test func keepsTheVerdictsOfTheFirstHostAtTheSecond() async throws {
        let delivery = ScriptedDelivery {
            $0.recipients = 3
            $0.addresses = 2
        }
        let result = try await delivery.run(
            .play(
                Dialogue.hello + """
                    C: MAIL *
                    C: RCPT *
                    C: RCPT *
                    C: RCPT *
                    C: DATA
                    S: 250 ok
                    S: 250 ok
                    S: 550 no
                    S: 250 ok
                    X: close
                    """),
            .play(
                Dialogue.hello + """
                    C: MAIL *
                    C: RCPT TO:<r0@dest.test>
                    C: RCPT TO:<r2@dest.test>
                    C: DATA
                    S: 250 ok
                    S: 250 ok
                    S: 250 ok
                    S: 354 go
                    C.
                    S: 250 queued
                    """))
        #expect(result.verdicts == [.delivered, .bounced(.remoteReply), .delivered])
        #expect(result.network.mismatches.isEmpty)
    }

    @Test func triesNoMoreThanTwoHostsThatSpoke() async throws {
        let full = "S: 421 4.3.2 too busy\nX: close"
        let result = try await ScriptedDelivery { $0.addresses = 5 }.run(.play(full), .play(full), .play(full))
        #expect(result.verdicts == [.deferred(.remoteReply)])
        #expect(result.outcomes[0][0].reply?.code == 421)
        #expect(result.connections == 2)
        let refused = try await ScriptedDelivery { $0.addresses = 9 }.run()
        #expect(refused.verdicts == [.deferred(.connectionRefused)])
        #expect(refused.connections == 5)
    }

    // MARK: refusals before MAIL

    @Test(arguments: [
        ("S: 554 go away", Verdict.deferred(.remoteReply)), ("S: 450 later", .deferred(.remoteReply)),
        ("S: 220 mx\nC: EHLO *\nS: 450 later", .deferred(.remoteReply)),
        ("S: 220 mx\nC: EHLO *\nS: 554 no", .bounced(.remoteReply)),
        ("S: 220 mx\nC: EHLO *\nS: 502 no\nC: HELO *\nS: 550 blocked", .bounced(.remoteReply)),
        ("S: 250 mx", .deferred(.protocolViolation)), ("S: SSH-2.0-OpenSSH_9.2", .deferred(.protocolViolation)),
        ("S> 220-a\\r\\n221 b\\r\\n", .deferred(.protocolViolation)),
        // A second reply that nobody asked for: the client stops.
        ("S> 220 mx\\r\\n554 no\\r\\n", .deferred(.protocolViolation)),
        ("S: 220 mx\nC: EHLO *\nS: 354 what", .deferred(.protocolViolation)),
    ])
    func readsARefusalBeforeMAIL(_ script: String, _ verdict: Verdict) async throws {
        let result = try await ScriptedDelivery().run(.play(script))
        #expect(result.verdicts == [verdict])
        #expect(result.network.mismatches.isEmpty)
        let next = try await ScriptedDelivery { $0.addresses = 2 }
            .run(.play(script), .play(Dialogue.hello + Dialogue.transaction))
        #expect(next.verdicts == [.delivered])
    }

    // MARK: lies and floods

    @Test func doesNotUseAConnectionThatSpeaksUnasked() async throws {
        let chatty =
            Dialogue.hello + Self.upToData
            + "S: 250 ok\nS: 250 ok\nS: 354 go\nC.\nS> 250 queued\\r\\n250 and the next one too\\r\\n"
        let result = try await ScriptedDelivery { $0.batches = 2 }
            .run(.play(chatty), .play(Dialogue.hello + Dialogue.transaction))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered])
        #expect(result.connections == 2)
    }

    @Test(arguments: [1, 2, 3])
    func stopsReadingAnEndlessReply(_ shape: Int) async throws {
        let flood =
            switch shape {
            case 1: "S> 250 " + String(repeating: "x", count: 300_000)
            case 2: String(repeating: "S: 250-x\n", count: 1_000)
            default: "S> " + String(repeating: "x", count: 300_000)
            }
        let result = try await ScriptedDelivery().run(.play(Dialogue.hello + Self.upToData + flood))
        #expect(result.verdicts == [.deferred(.protocolViolation)])
        #expect(result.idle == 0)
    }

    @Test func hearsTheLastWordsOfAHostThatClosesInTheMiddleOfTheContent() async throws {
        let delivery = ScriptedDelivery {
            $0.content = [Array(repeating: UInt8(ascii: "x"), count: 100_000) + [13, 10]]
        }
        let script =
            Dialogue.hello + Self.upToData + "S: 250 ok\nS: 250 ok\nS: 354 go\nS: 552 5.3.4 too large\nX: close"
        let result = try await delivery.run(.play(script))
        #expect(result.verdicts == [.bounced(.remoteReply)])
        #expect(result.outcomes[0][0].reply?.code == 552)
    }

    // MARK: where to

    @Test func mapsTheDNS() async throws {
        // The plan's own tests have the table; this is the way through the shard.
        var delivery = ScriptedDelivery()
        delivery.rules.allowsLoopback = false
        delivery.rules.ownAddresses = [.v4(0xC000_0201)]
        let result = try await delivery.run(.play(Dialogue.hello))
        #expect(result.verdicts == [.bounced(.mailLoop)])
        #expect(result.connections == 0)
    }
}
