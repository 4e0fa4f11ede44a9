import Loop
import Mail
import Testing

@testable import MTA

/// Whole conversations with scripted hosts, in memory and in virtual time.
@Suite struct ConversationTests {
    @Test(arguments: [1, 7, 65_536])
    func deliversAMessage(inChunksOf chunk: Int) async throws {
        let result = try await ScriptedDelivery { $0.chunk = chunk }.run(.play(Dialogue.hello + Dialogue.transaction))
        #expect(result.verdicts == [.delivered])
        let outcome = try #require(result.outcomes.first?.first)
        #expect(outcome.reply == Reply(code: 250, enhanced: EnhancedStatus(2, 0, 0), text: "queued as 7"))
        #expect(outcome.host == RemoteHost(name: "mx.test", address: "192.0.2.1:2500"))
        #expect(outcome.tls == nil && outcome.offersDSN == false)
        #expect(result.network.mismatches.isEmpty)
        #expect(result.network.heard.first?.hasSuffix("Subject: x\r\n\r\nhello\r\n.\r\n") == true)
        #expect(result.idle == 1)
    }

    @Test func reusesAConnectionWithoutRSET() async throws {
        let result = try await ScriptedDelivery { $0.batches = 2 }
            .run(.play(Dialogue.hello + Dialogue.transaction + Dialogue.transaction))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered])
        #expect(result.connections == 1 && result.network.mismatches.isEmpty)
    }

    @Test func resetsWhatARefusedRecipientLeftOpen() async throws {
        let result = try await ScriptedDelivery { $0.batches = 2 }.run(
            .play(
                Dialogue.hello + """
                    C: MAIL *
                    C: RCPT *
                    C: DATA
                    S: 250 sender
                    S: 550 5.1.1 nobody here
                    S: 554 no valid recipients
                    C: RSET
                    C: MAIL *
                    C: RCPT *
                    C: DATA
                    S: 250 flushed
                    S: 250 sender
                    S: 250 recipient
                    S: 354 go
                    C.
                    S: 250 queued
                    """))
        #expect(result.outcomes[0][0].verdict == .bounced(.remoteReply))
        #expect(result.outcomes[0][0].reply?.enhanced == EnhancedStatus(5, 1, 1))
        #expect(result.outcomes[1][0].verdict == .delivered)
        #expect(result.connections == 1 && result.network.mismatches.isEmpty)
    }

    @Test func closesAfterSoManyMessages() async throws {
        var delivery = ScriptedDelivery { $0.batches = 2 }
        delivery.options.limits.messagesPerConnection = 1
        let once = Dialogue.hello + Dialogue.transaction + "C: QUIT\nS: 221 bye\nX: close"
        let result = try await delivery.run(.play(once), .play(once))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered])
        #expect(result.connections == 2 && result.idle == 0 && result.network.mismatches.isEmpty)
    }

    @Test func saysQUITWhenNobodyComes() async throws {
        let delivery = ScriptedDelivery {
            $0.batches = 2
            $0.pause = .seconds(6)
        }
        let once = Dialogue.hello + Dialogue.transaction + "C: QUIT\nS: 221 bye\nX: close"
        let result = try await delivery.run(.play(once), .play(Dialogue.hello + Dialogue.transaction))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered])
        #expect(result.connections == 2 && result.network.mismatches.isEmpty)
    }

    @Test(arguments: ["X: close", "S: 421 4.4.2 idle for too long\nX: close", "S: 421 bye"])
    func replacesAConnectionThatWasClosedInThePool(_ end: String) async throws {
        for pause in [Duration.zero, .milliseconds(500)] {
            let delivery = ScriptedDelivery {
                $0.batches = 2
                $0.pause = pause
            }
            let result = try await delivery.run(
                .play(Dialogue.hello + Dialogue.transaction + end), .play(Dialogue.hello + Dialogue.transaction))
            #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered], "\(pause)")
            #expect(result.connections == 2)
        }
    }

    @Test func fallsBackToHELO() async throws {
        for code in [500, 501, 502, 504, 550] {
            let result = try await ScriptedDelivery().run(
                .play(
                    """
                    S: 220 old
                    C: EHLO client.test
                    S: \(code) what?
                    C: HELO client.test
                    S: 250 hello
                    C: MAIL FROM:<s@from.test>
                    S: 250 ok
                    C: RCPT TO:<r0@dest.test>
                    S: 250 ok
                    C: DATA
                    S: 354 go
                    C.
                    S: 250 ok
                    """))
            #expect(result.verdicts == [.delivered], "\(code)")
            #expect(result.network.mismatches.isEmpty)
        }
    }

    @Test func givesEachRecipientItsVerdict() async throws {
        let result = try await ScriptedDelivery { $0.recipients = 3 }.run(
            .play(
                Dialogue.hello + """
                    C: MAIL *
                    C: RCPT TO:<r0@*
                    C: RCPT TO:<r1@*
                    C: RCPT TO:<r2@*
                    C: DATA
                    S: 250 ok
                    S: 250 ok
                    S: 550 5.1.1 no
                    S: 451 4.2.1 later
                    S: 354 go
                    C.
                    S: 250 queued
                    """))
        #expect(result.verdicts == [.delivered, .bounced(.remoteReply), .deferred(.remoteReply)])
        #expect(result.idle == 1)
    }

    @Test func sendsChunkedContentInOneWrite() async throws {
        let hello = """
            S: 220 mx
            C: EHLO *
            S: 250-mx
            S: 250-PIPELINING
            S: 250 CHUNKING

            """
        let chunk = """
            C: MAIL FROM:<s@from.test>
            C: RCPT TO:<r0@dest.test>
            C: BDAT 21 LAST
            C+ 21
            S: 250 ok
            S: 250 ok
            S: 250 21 bytes

            """
        let result = try await ScriptedDelivery { $0.batches = 2 }.run(.play(hello + chunk + chunk))
        #expect(result.outcomes.map { $0[0].verdict } == [.delivered, .delivered])
        #expect(result.connections == 1 && result.network.mismatches.isEmpty)
        // A leading dot, several recipients or a large message go by DATA.
        let dotted = ScriptedDelivery { $0.content = [Array(".x\r\n".utf8)] }
        let data = try await dotted.run(.play(hello + Dialogue.transaction))
        #expect(data.verdicts == [.delivered])
        #expect(data.network.heard.first?.hasSuffix("DATA\r\n..x\r\n.\r\n") == true)
    }

    @Test func passesExtensionsOn() async throws {
        let delivery = ScriptedDelivery {
            $0.envelopeChange = { envelope in
                envelope.is8Bit = true
                envelope.returnOption = .headers
                envelope.envelopeID = "QQ+1"
                envelope.recipients[0].notify = [.success, .failure]
                envelope.recipients[0].originalRecipient = "rfc822;o@dest.test"
            }
        }
        let result = try await delivery.run(
            .play(
                """
                S: 220 mx
                C: EHLO *
                S: 250-mx
                S: 250-PIPELINING
                S: 250-8BITMIME
                S: 250-SIZE 10000
                S: 250-DSN
                S: 250 SMTPUTF8
                C: MAIL FROM:<s@from.test> SIZE=21 BODY=8BITMIME RET=HDRS ENVID=QQ+2B1
                C: RCPT TO:<r0@dest.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;o@dest.test
                C: DATA
                S: 250 ok
                S: 250 ok
                S: 354 go
                C.
                S: 250 ok
                """))
        #expect(result.verdicts == [.delivered] && result.network.mismatches.isEmpty)
        #expect(result.outcomes.first?.first?.offersDSN == true)
    }

    @Test func bouncesWhatTheHostCannotTake() async throws {
        let small = "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 SIZE 10"
        #expect(try await ScriptedDelivery().run(.play(small)).verdicts == [.bounced(.tooLarge)])
        let utf8 = ScriptedDelivery {
            $0.envelopeChange = {
                $0.recipients[0].mailbox = Mailbox(localPart: "ü", domain: Domain(canonical: "dest.test"))
            }
        }
        #expect(try await utf8.run(.play(Dialogue.hello)).verdicts == [.bounced(.needsSMTPUTF8)])
        let bare = "S: 220 mx\nC: EHLO *\nS: 250 mx"
        var eight = ScriptedDelivery { $0.envelopeChange = { $0.is8Bit = true } }
        eight.options.eightBit = .bounce
        #expect(try await eight.run(.play(bare)).verdicts == [.bounced(.needs8BitMIME)])
    }
}
