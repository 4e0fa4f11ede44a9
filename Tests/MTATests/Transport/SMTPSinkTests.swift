import Glibc
import Loop
import Mail
import Testing

@testable import MTA

/// Postfix's smtp-sink as the other end, refusing and hanging up where it is told to.
@Suite(.timeLimit(.minutes(1))) struct SMTPSinkTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var verdict: Verdict
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let cases: [Case] = [
        Case(arguments: [], verdict: .delivered),
        Case(arguments: ["-p"], verdict: .delivered),
        Case(arguments: ["-e"], verdict: .delivered),
        Case(arguments: ["-8"], verdict: .delivered),
        Case(arguments: ["-r", "connect"], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-r", "ehlo"], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-r", "mail"], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-r", "rcpt"], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-r", "data"], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-r", "."], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-f", "connect"], verdict: .deferred(.remoteReply)),
        Case(arguments: ["-f", "ehlo"], verdict: .delivered),
        Case(arguments: ["-f", "ehlo,helo"], verdict: .bounced(.remoteReply)),
        Case(arguments: ["-f", "mail"], verdict: .bounced(.remoteReply)),
        Case(arguments: ["-f", "rcpt"], verdict: .bounced(.remoteReply)),
        Case(arguments: ["-f", "data"], verdict: .bounced(.remoteReply)),
        Case(arguments: ["-f", "."], verdict: .bounced(.remoteReply)),
        Case(arguments: ["-p", "-f", "rcpt"], verdict: .bounced(.remoteReply)),
        Case(arguments: ["-q", "connect"], verdict: .deferred(.noGreeting)),
        Case(arguments: ["-q", "ehlo"], verdict: .deferred(.connectionLost)),
        Case(arguments: ["-q", "mail"], verdict: .deferred(.connectionLost)),
        Case(arguments: ["-q", "rcpt"], verdict: .deferred(.connectionLost)),
        Case(arguments: ["-q", "data"], verdict: .deferred(.connectionLost)),
        Case(arguments: ["-q", "."], verdict: .deferred(.connectionLost)),
    ]

    @Test(arguments: cases)
    func meetsSMTPSink(_ item: Case) async throws {
        try await Wire.withLoops { loops in
            let port = try RealServer.freePort()
            // As root it wants a user to become.
            let user = getuid() == 0 ? ["-u", "nobody"] : []
            let sink = RealServer(
                "/usr/sbin/smtp-sink", user + item.arguments + ["127.0.0.1:\(port)", "100"], needs: "SMTPSinkTests")
            guard let sink else { return }
            #expect(await RealServer.waitFor(port: port, on: loops[0]))
            let transport = Wire.transport(to: port, loops: loops)
            // Twice, so that what the first left behind is met again; several recipients, so that pipelining shows.
            for _ in 0..<2 {
                let outcomes = await transport.carry(Wire.batch(recipients: 3), on: Wire.lane)
                #expect(outcomes.map(\.verdict) == [item.verdict, item.verdict, item.verdict])
            }
            await transport.shutDown()
            sink.stop()
        }
    }
}
