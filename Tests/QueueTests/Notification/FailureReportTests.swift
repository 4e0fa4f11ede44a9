import Mail
import Testing

@testable import Queue

/// The notices themselves, read by Python's `email` package.
@Suite(.timeLimit(.minutes(1)), .enabled(if: PythonOracle.isAvailable)) struct FailureReportTests {
    private static let received = WallTime(milliseconds: 1_798_761_600_000)
    private static let now = WallTime(milliseconds: 1_798_761_725_000)

    private static func report(
        _ outcomes: [Outcome], content: String = Engine.text, options: NotificationOptions = NotificationOptions(),
        change: (inout QueuedMessage) -> Void = { _ in }
    ) throws -> (report: PythonOracle.Report, submission: Submission) {
        var facts = Sample.facts(recipients: outcomes.count, sender: Mailbox("author@author.test"))
        change(&facts)
        let body = QueuedBody(
            facts: facts,
            content: Content(added: Array("Received: by x\r\n".utf8), original: Array(content.utf8)), author: nil)
        let message = MessageFacts(
            id: UUIDv7(at: received, random: (1, 2)), number: 1, tenant: Sample.tenant, stream: .transactional,
            isTest: true, size: 1, expiry: .at(.zero))
        let submission = Notifier(hostname: "mx.martlet.test", options: options).notice(
            of: outcomes.enumerated().map {
                FailedRecipient(recipient: UInt32($0.offset), outcome: $0.element, number: 3)
            }, message: message, body: body, at: now)
        #expect(submission.envelope.sender == nil && submission.isTest && submission.failureNotice == .eventOnly)
        let bytes = submission.content.original
        #expect(!String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "").utf8.contains(10))
        let read = try PythonOracle.read(bytes)
        #expect(read.defects.isEmpty)
        #expect(read.type == "multipart/report" && read.reportType == "delivery-status")
        return (read, submission)
    }

    @Test func theFieldsOfRFC3464AreThere() throws {
        let refused = Outcome(
            .bounced(.remoteReply),
            reply: Reply(
                code: 550, enhanced: EnhancedStatus(5, 1, 1), text: "no such user\nsee https://a.test/help\nbye"),
            host: RemoteHost(name: "mx1.a.test", address: "192.0.2.1:25"))
        let (report, _) = try Self.report([refused, Outcome(.bounced(.expired))]) {
            $0.envelope.envelopeID = "QQ314159"
            $0.envelope.recipients[0].originalRecipient = "rfc822;old@a.test"
        }
        #expect(report.headers["From"] == "Mail Delivery System <MAILER-DAEMON@mx.martlet.test>")
        #expect(report.headers["To"] == "author@author.test")
        #expect(report.headers["Auto-Submitted"] == "auto-replied")
        #expect(report.headers["Date"] == "Fri, 01 Jan 2027 00:02:05 +0000")
        #expect(report.parts.map(\.type) == ["text/plain", "message/delivery-status", "text/rfc822-headers"])
        let groups = report.parts[1].groups
        #expect(groups.count == 3)
        #expect(
            groups[0] == [
                "Original-Envelope-Id": "QQ314159", "Reporting-MTA": "dns; mx.martlet.test",
                "Arrival-Date": "Fri, 01 Jan 2027 00:00:00 +0000",
            ])
        #expect(
            groups[1] == [
                "Original-Recipient": "rfc822;old@a.test", "Final-Recipient": "rfc822; r0@a.test", "Action": "failed",
                "Status": "5.1.1", "Remote-MTA": "dns; mx1.a.test",
                "Diagnostic-Code": "smtp; 550 5.1.1 no such user see https://a.test/help bye",
                "Last-Attempt-Date": "Fri, 01 Jan 2027 00:02:05 +0000",
            ])
        #expect(
            groups[2] == [
                "Final-Recipient": "rfc822; r1@a.test", "Action": "failed", "Status": "4.4.7",
                "Last-Attempt-Date": "Fri, 01 Jan 2027 00:02:05 +0000",
            ])
        let text = report.parts[0].text
        #expect(text.contains("<r0@a.test>: the remote host refused it"))
        #expect(text.contains("550 5.1.1 no such user"))
        #expect(text.contains("<r1@a.test>: it could not be delivered within its time in the queue"))
        #expect(report.parts[2].text.contains("Subject: Greetings") && !report.parts[2].text.contains("Hello"))
        #expect(report.parts[2].text.hasPrefix("Received: by x"))
    }

    @Test(arguments: BounceReason.allCases)
    func everyReasonHasAStatus(reason: BounceReason) throws {
        let (report, _) = try Self.report([Outcome(.bounced(reason))])
        let status = try #require(report.parts[1].groups[1]["Status"])
        #expect(status.wholeMatch(of: /[45]\.[0-9]{1,3}\.[0-9]{1,3}/) != nil)
        #expect((status == "5.0.0") == (reason == .remoteReply || reason == .cancelled))
    }

    @Test func theWholeMessageOnRequestUpToTheLimit() throws {
        func type(_ option: DSNReturn?, size: Int = 100, byDefault: Bool = false) throws -> String {
            var options = NotificationOptions()
            options.fullReturnLimit = 1_000
            options.returnsFullByDefault = byDefault
            let content = Engine.text + String(repeating: "0123456789 abcdefghijkl\r\n", count: size / 25)
            let (report, _) = try Self.report([Sample.unknownUser], content: content, options: options) {
                $0.envelope.returnOption = option
            }
            let part = try #require(report.parts.last)
            #expect(part.text.contains("Subject: Greetings"))
            #expect(part.text.contains("Hello") == (part.type == "message/rfc822"))
            return part.type
        }
        #expect(try type(.full) == "message/rfc822")
        #expect(try type(.full, size: 2_000) == "text/rfc822-headers")
        #expect(try type(.headers) == "text/rfc822-headers")
        #expect(try type(nil) == "text/rfc822-headers")
        #expect(try type(nil, byDefault: true) == "message/rfc822")
    }

    @Test func aHugeHeaderSectionIsCutAtALineEnd() throws {
        var options = NotificationOptions()
        options.fullReturnLimit = 1_000
        let header = (0..<200).map { "X-Field-\($0): value\r\n" }.joined()
        let (report, submission) = try Self.report(
            [Sample.unknownUser], content: header + Engine.text, options: options)
        #expect(submission.content.count < 3_000)
        #expect(report.parts[2].text.contains("X-Field-10: value"))
        #expect(!report.parts[2].text.contains("X-Field-199"))
    }

    @Test func hostileRepliesAndParametersStayInTheirField() throws {
        let hostile = Outcome(
            .bounced(.remoteReply),
            reply: Reply(
                code: 550,
                text: "a\r\n\r\nAction: delivered\n   \nFinal-Recipient: x\u{0}\u{1b}[31m \u{e9}"
                    + String(repeating: "y", count: 5_000)),
            host: RemoteHost(name: "evil\r\nAction: delayed", address: "x\r\ny"))
        let (report, _) = try Self.report([hostile]) {
            $0.envelope.envelopeID = "id\r\nX-Injected: 1"
            $0.envelope.recipients[0].originalRecipient = "rfc822;x\r\nX-Injected: 2"
        }
        let groups = report.parts[1].groups
        #expect(groups.count == 2)
        #expect(groups[1]["Action"] == "failed" && groups[1]["Final-Recipient"] == "rfc822; r0@a.test")
        #expect(!groups.joined().contains { $0.key == "X-Injected" })
        #expect(groups[1]["Diagnostic-Code"]?.utf8.count ?? 9_999 < 1_200)
        #expect(report.headers["X-Injected"] == nil)
    }

    /// RFC 6533: what UTF-8 addresses need. Python reads the global types as opaque, so the bytes are looked at here.
    @Test func internationalMailGetsInternationalNotices() throws {
        let body = QueuedBody(
            facts: {
                var facts = Sample.facts(
                    recipients: 1, sender: Mailbox(localPart: "jos\u{e9}", domain: Domain(canonical: "a.test")))
                facts.envelope.needsSMTPUTF8 = true
                facts.envelope.recipients[0].mailbox = Mailbox(
                    localPart: "\u{7528}\u{6237}", domain: Domain(canonical: "b.test"))
                return facts
            }(), content: Content(original: Array("From: jos\u{e9}@a.test\r\n\r\nx\r\n".utf8)), author: nil)
        let submission = Notifier(hostname: "mx.martlet.test", options: NotificationOptions()).notice(
            of: [FailedRecipient(recipient: 0, outcome: Sample.unknownUser, number: 1)], message: Sample.message(1),
            body: body, at: Self.now)
        #expect(submission.envelope.needsSMTPUTF8 && submission.envelope.is8Bit)
        let text = String(decoding: submission.content.original, as: UTF8.self)
        #expect(text.contains("Content-Type: message/global-delivery-status\r\n"))
        #expect(text.contains("Content-Type: message/global-headers\r\n"))
        #expect(text.contains("Final-Recipient: utf-8; \u{7528}\u{6237}@b.test\r\n"))
    }
}
