import Mail
import Testing

@testable import Queue

/// Notices of delays and hand-overs, read by Python's `email` package.
@Suite(.timeLimit(.minutes(1)), .enabled(if: PythonOracle.isAvailable)) struct DelayReportTests {
    private static let received = WallTime(milliseconds: 1_798_761_600_000)
    private static let now = WallTime(milliseconds: 1_798_776_000_000)

    private static func report(
        _ action: ReportAction, _ outcomes: [Outcome], number: Int = 3, returning: DSNReturn? = nil
    ) throws -> PythonOracle.Report {
        var facts = Sample.facts(recipients: outcomes.count, sender: Mailbox("author@author.test"))
        facts.envelope.returnOption = returning
        facts.envelope.envelopeID = "QQ314159"
        let body = QueuedBody(facts: facts, content: Content(original: Array(Engine.text.utf8)), author: nil)
        let message = MessageFacts(
            id: UUIDv7(at: received, random: (1, 2)), number: 1, tenant: Sample.tenant, stream: .transactional,
            isTest: true, size: 1, expiry: .at(.zero))
        let submission = Notifier(hostname: "mx.martlet.test", options: NotificationOptions()).notice(
            action,
            of: outcomes.enumerated().map {
                ReportedRecipient(recipient: UInt32($0.offset), outcome: $0.element, number: number)
            }, message: message, body: body, at: now)
        #expect(submission.envelope.sender == nil && submission.envelope.recipients.first?.notify == DSNNotify.never)
        let read = try PythonOracle.read(submission.content.original)
        #expect(read.defects.isEmpty)
        #expect(read.parts.map(\.type) == ["text/plain", "message/delivery-status", "text/rfc822-headers"])
        return read
    }

    @Test func aDelayNamesTheTimeOfGivingUp() throws {
        let report = try Self.report(
            .delayed(until: Self.received + .seconds(5 * 86_400)),
            [Outcome(.deferred(.connectionRefused)), Outcome(.deferred(.shuttingDown))], returning: .full)
        let groups = report.parts[1].groups
        #expect(groups[0]["Original-Envelope-Id"] == "QQ314159")
        #expect(
            groups[1] == [
                "Final-Recipient": "rfc822; r0@a.test", "Action": "delayed", "Status": "4.4.1",
                "Will-Retry-Until": "Wed, 06 Jan 2027 00:00:00 +0000",
            ])
        #expect(groups[2]["Action"] == "delayed" && groups[2]["Status"] == "4.0.0")
        let text = report.parts[0].text
        #expect(text.contains("has not been delivered yet to these recipients"))
        #expect(text.contains("You need not send it again"))
        #expect(text.contains("<r0@a.test>: the remote host does not answer"))
        #expect(report.headers["Subject"]?.contains("Delayed") ?? false)
        #expect(report.headers["Auto-Submitted"] == "auto-replied")
    }

    @Test func aHandOverNamesTheHost() throws {
        var outcome = Outcome(
            .delivered, reply: Reply(code: 250, enhanced: EnhancedStatus(2, 6, 0), text: "queued as 7"),
            host: RemoteHost(name: "mx1.a.test", address: "192.0.2.1:25"))
        outcome.offersDSN = false
        let report = try Self.report(.relayed, [outcome], number: 1, returning: .full)
        #expect(
            report.parts[1].groups[1] == [
                "Final-Recipient": "rfc822; r0@a.test", "Action": "relayed", "Status": "2.6.0",
                "Remote-MTA": "dns; mx1.a.test", "Diagnostic-Code": "smtp; 250 2.6.0 queued as 7",
                "Last-Attempt-Date": "Fri, 01 Jan 2027 04:00:00 +0000",
            ])
        #expect(report.parts[0].text.contains("does not confirm deliveries"))
    }

    @Test(arguments: DeferralReason.allCases)
    func everyReasonToWaitHasAStatus(reason: DeferralReason) throws {
        let report = try Self.report(.delayed(until: Self.now), [Outcome(.deferred(reason))])
        let status = try #require(report.parts[1].groups[1]["Status"])
        #expect(status.wholeMatch(of: /4\.[0-9]\.[0-9]/) != nil)
        #expect((status == "4.0.0") == (reason == .remoteReply || reason == .shuttingDown))
    }
}
