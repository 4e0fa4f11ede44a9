import Mail
import Testing

@testable import MTA

/// The machine driven by tables, without a socket.
@Suite struct ClientTransactionTests {
    /// What one run came to.
    struct Run {
        /// The commands of each write.
        var writes: [[String]] = []
        var resolutions: [Resolution] = []
        var ending = ClientTransaction.Ending.usable
        var needsReset = false
        var sentContent = false
        var unusedReplies = 0
        /// It asked for a reply that the script does not have.
        var isStarved = false

        var verdicts: [String] {
            resolutions.map { resolution in
                switch resolution {
                case .open: "open"
                case .accepted: "accepted"
                case .settled(.delivered, _): "delivered"
                case .settled(.deferred(let reason), let reply):
                    "deferred \(reason)\(reply.map { " \($0.code)" } ?? "")"
                case .settled(.bounced(let reason), let reply): "bounced \(reason)\(reply.map { " \($0.code)" } ?? "")"
                }
            }
        }
    }

    static func envelope(_ count: Int) -> Envelope {
        let domain = Domain(canonical: "example.org")
        return Envelope(
            sender: Mailbox(localPart: "s", domain: domain),
            recipients: (0..<count).map { Recipient(Mailbox(localPart: "r\($0)", domain: domain)) })
    }

    static func plan(
        _ keywords: Extensions.Keywords, _ change: (inout ClientTransaction.Plan) -> Void = { _ in }
    )
        -> ClientTransaction.Plan
    {
        var extensions = Extensions()
        extensions.offered = keywords
        var plan = ClientTransaction.Plan(extensions: extensions)
        change(&plan)
        return plan
    }

    static func drive(
        _ replies: [UInt16], recipients: Int = 1, plan: ClientTransaction.Plan, breaking: DeferralReason? = nil
    ) -> Run {
        var transaction = ClientTransaction(
            envelope(recipients), size: 10, plan: plan, resolutions: Array(repeating: .open, count: recipients))
        var run = Run()
        var out = Bytes()
        var rest = replies[...]
        var action = transaction.next(into: &out)
        while action != .finished {
            switch action {
            case .flush, .sendChunk:
                let text = String(decoding: out.copy(), as: UTF8.self)
                run.writes.append(text.split(separator: "\r\n").map(String.init))
                out.removeAll()
                if action == .sendChunk { transaction.endWasSent() }
                action = .read
            case .sendContent:
                run.sentContent = true
                transaction.endWasSent()
                action = .read
            case .read:
                guard let code = rest.popFirst() else {
                    run.isStarved = true
                    if let breaking { transaction.broke(breaking) }
                    action = .finished
                    break
                }
                action = transaction.received(code, Reply(code: code, text: "t"), into: &out)
            case .finished: break
            }
        }
        run.resolutions = transaction.resolutions
        run.ending = transaction.ending
        run.needsReset = transaction.needsReset
        run.unusedReplies = rest.count
        return run
    }

    // MARK: what goes out in one write

    @Test func pipelinesAllUpToTheContent() {
        let run = Self.drive([250, 250, 250, 354, 250], recipients: 2, plan: Self.plan(.pipelining))
        #expect(
            run.writes == [
                [
                    "MAIL FROM:<s@example.org>", "RCPT TO:<r0@example.org>", "RCPT TO:<r1@example.org>", "DATA",
                ]
            ])
        #expect(run.verdicts == ["delivered", "delivered"])
        #expect(run.sentContent && !run.needsReset && run.ending == .usable)
    }

    @Test func speaksOneCommandAtATimeWithoutPipelining() {
        let run = Self.drive([250, 250, 250, 354, 250], recipients: 2, plan: Self.plan([]))
        #expect(run.writes.map(\.count) == [1, 1, 1, 1])
        #expect(run.verdicts == ["delivered", "delivered"])
    }

    @Test func resetsInTheSameWrite() {
        let run = Self.drive([250, 250, 250, 354, 250], plan: Self.plan(.pipelining) { $0.resetsFirst = true })
        #expect(run.writes.first?.first == "RSET" && run.writes.count == 1)
        #expect(run.verdicts == ["delivered"])
    }

    @Test func splitsLargeGroups() {
        let plan = Self.plan(.pipelining) { $0.commandGroup = 60 }
        let run = Self.drive([250] + Array(repeating: 250, count: 9) + [354, 250], recipients: 9, plan: plan)
        #expect(run.writes.count > 3)
        #expect(run.writes.flatMap { $0 }.count == 11)
        #expect(run.verdicts == Array(repeating: "delivered", count: 9))
    }

    @Test func sendsChunkedContentWithTheCommands() {
        let plan = Self.plan([.pipelining, .chunking]) { $0.usesChunking = true }
        let run = Self.drive([250, 250, 250], plan: plan)
        #expect(run.writes == [["MAIL FROM:<s@example.org>", "RCPT TO:<r0@example.org>", "BDAT 10 LAST"]])
        #expect(run.verdicts == ["delivered"])
        #expect(!run.needsReset)
    }

    // MARK: every class of reply at every step

    /// Replies to MAIL, RCPT, DATA and the final dot of one recipient, and what they come to.
    static let oneRecipient: [(replies: [UInt16], verdict: String, ending: ClientTransaction.Ending, reset: Bool)] = [
        ([250, 250, 354, 250], "delivered", .usable, false),
        ([250, 251, 354, 250], "delivered", .usable, false),
        ([250, 250, 354, 200], "delivered", .usable, false),
        // MAIL
        ([450, 503, 503], "deferred remoteReply 450", .usable, false),
        ([550, 503, 503], "bounced remoteReply 550", .usable, false),
        ([552, 503, 503], "bounced remoteReply 552", .usable, false),
        ([354], "deferred protocolViolation 354", .unusable, false),
        ([550, 503, 354, 554], "bounced remoteReply 550", .usable, false),
        ([550, 503, 354, 250], "bounced remoteReply 550", .usable, false),
        ([451, 250, 354, 250], "deferred remoteReply 451", .usable, false),
        // RCPT
        ([250, 450, 554], "deferred remoteReply 450", .usable, true),
        ([250, 550, 503], "bounced remoteReply 550", .usable, true),
        ([250, 552, 503], "deferred remoteReply 552", .usable, true),
        ([250, 334], "deferred protocolViolation 334", .unusable, false),
        ([250, 550, 354, 554], "bounced remoteReply 550", .usable, true),
        ([250, 550, 354, 250], "bounced remoteReply 550", .usable, false),
        // DATA
        ([250, 250, 451], "deferred remoteReply 451", .usable, true),
        ([250, 250, 554], "bounced remoteReply 554", .usable, true),
        ([250, 250, 250], "deferred protocolViolation 250", .unusable, false),
        // the final dot
        ([250, 250, 354, 451], "deferred remoteReply 451", .usable, false),
        ([250, 250, 354, 552], "bounced remoteReply 552", .usable, false),
        ([250, 250, 354, 354], "deferred protocolViolation 354", .unusable, false),
        // 421 at any moment (RFC 5321 §3.8)
        ([421], "deferred remoteReply 421", .unusable, false),
        ([250, 421], "deferred remoteReply 421", .unusable, false),
        ([250, 250, 421], "deferred remoteReply 421", .unusable, false),
        ([250, 250, 354, 421], "deferred remoteReply 421", .unusable, false),
        ([550, 421], "bounced remoteReply 550", .unusable, false),
        ([250, 550, 421], "bounced remoteReply 550", .unusable, false),
    ]

    @Test(arguments: oneRecipient.indices)
    func handlesEveryReplyPipelined(_ index: Int) {
        let row = Self.oneRecipient[index]
        let run = Self.drive(row.replies, plan: Self.plan(.pipelining))
        #expect(run.verdicts == [row.verdict], "\(row.replies)")
        #expect(run.ending == row.ending && !run.isStarved && run.unusedReplies == 0, "\(row.replies)")
        if row.ending == .usable { #expect(run.needsReset == row.reset || row.replies.contains(354), "\(row.replies)") }
    }

    /// Without pipelining the dialog ends at the refusal, with the same verdict.
    @Test(arguments: oneRecipient.indices)
    func handlesEveryReplyInStep(_ index: Int) {
        let row = Self.oneRecipient[index]
        let stop = row.replies.firstIndex { $0 >= 400 } ?? row.replies.count - 1
        let run = Self.drive(Array(row.replies[...stop]), plan: Self.plan([]))
        #expect(run.verdicts == [row.verdict], "\(row.replies)")
        #expect(!run.isStarved && run.unusedReplies == 0, "\(row.replies)")
    }

    @Test(arguments: [
        ([250, 250, 250] as [UInt16], "delivered"), ([250, 550, 503], "bounced remoteReply 550"),
        ([550, 503, 503], "bounced remoteReply 550"), ([250, 250, 452], "deferred remoteReply 452"),
        ([250, 250, 554], "bounced remoteReply 554"), ([250, 250, 354], "deferred protocolViolation 354"),
        ([250, 421], "deferred remoteReply 421"), ([250, 450, 250], "deferred remoteReply 450"),
    ])
    func handlesEveryReplyToBDAT(_ replies: [UInt16], _ verdict: String) {
        let plan = Self.plan([.pipelining, .chunking]) { $0.usesChunking = true }
        let run = Self.drive(replies, plan: plan)
        #expect(run.verdicts == [verdict])
        #expect(!run.isStarved && run.unusedReplies == 0)
    }

    // MARK: several recipients

    @Test(arguments: [Extensions.Keywords.pipelining, []])
    func givesEachRecipientItsVerdict(_ keywords: Extensions.Keywords) {
        let run = Self.drive([250, 250, 550, 450, 250, 354, 250], recipients: 4, plan: Self.plan(keywords))
        #expect(run.verdicts == ["delivered", "bounced remoteReply 550", "deferred remoteReply 450", "delivered"])
        let late = Self.drive([250, 250, 550, 450, 250, 354, 554], recipients: 4, plan: Self.plan(keywords))
        #expect(
            late.verdicts == [
                "bounced remoteReply 554", "bounced remoteReply 550", "deferred remoteReply 450",
                "bounced remoteReply 554",
            ])
    }

    @Test func sendsALoneDotWhenNobodyWasAccepted() {
        let run = Self.drive([250, 550, 550, 354, 554], recipients: 2, plan: Self.plan(.pipelining))
        #expect(run.writes.last == ["."])
        #expect(!run.sentContent)
        #expect(run.verdicts == ["bounced remoteReply 550", "bounced remoteReply 550"])
        #expect(run.ending == .usable)
    }

    @Test func leavesOutTheSettledOnes() {
        var transaction = ClientTransaction(
            Self.envelope(3), size: 1, plan: Self.plan(.pipelining),
            resolutions: [.settled(.bounced(.remoteReply), nil), .open, .settled(.delivered, nil)])
        var out = Bytes()
        let first = transaction.next(into: &out)
        #expect(first == .flush)
        let text = String(decoding: out.copy(), as: UTF8.self)
        #expect(text == "MAIL FROM:<s@example.org>\r\nRCPT TO:<r1@example.org>\r\nDATA\r\n")
        for code: UInt16 in [250, 250, 354] { _ = transaction.received(code, Reply(code: code, text: ""), into: &out) }
        transaction.endWasSent()
        let last = transaction.received(250, Reply(code: 250, text: "ok"), into: &out)
        #expect(last == .finished)
        #expect(transaction.resolutions[1] == .settled(.delivered, Reply(code: 250, text: "ok")))
    }

    // MARK: broken connections

    /// After the final dot nothing is sent again in this attempt; before it, everything may be.
    @Test func keepsWhatIsInDoubt() {
        for reason in [DeferralReason.connectionLost, .replyTimeout] {
            let after = Self.drive([250, 250, 550, 354], recipients: 2, plan: Self.plan(.pipelining), breaking: reason)
            #expect(after.verdicts == ["deferred \(reason)", "bounced remoteReply 550"])
            let before = Self.drive([250, 250, 550], recipients: 2, plan: Self.plan(.pipelining), breaking: reason)
            #expect(before.verdicts == ["open", "bounced remoteReply 550"])
            #expect(before.ending == .unusable && after.ending == .unusable)
        }
    }

    @Test func knowsAStaleConnection() {
        let reused = Self.plan(.pipelining) { $0.isReusedConnection = true }
        #expect(Self.drive([], plan: reused, breaking: .connectionLost).ending == .stale)
        #expect(Self.drive([421], plan: reused).ending == .stale)
        #expect(Self.drive([421], plan: reused).verdicts == ["open"])
        #expect(Self.drive([], plan: reused, breaking: .replyTimeout).ending == .unusable)
        #expect(Self.drive([250], plan: reused, breaking: .connectionLost).ending == .unusable)
        #expect(Self.drive([], plan: Self.plan(.pipelining), breaking: .connectionLost).ending == .unusable)
        // With BDAT the content was in the same write, so that it cannot be known what became of it.
        let chunked = Self.plan([.pipelining, .chunking]) {
            $0.isReusedConnection = true
            $0.usesChunking = true
        }
        let lost = Self.drive([], plan: chunked, breaking: .connectionLost)
        #expect(lost.ending == .unusable && lost.verdicts == ["deferred connectionLost"])
    }

    /// Whatever a host answers: the dialog ends, nobody is left without a verdict unless the connection broke, and
    /// nobody is delivered without a 2xx to the content.
    @Test func alwaysEnds() {
        var generator = SplitMix(seed: 3)
        let codes: [UInt16] = [250, 250, 250, 354, 354, 421, 450, 451, 452, 503, 550, 552, 554, 220, 334]
        for round in 0..<30_000 {
            let count = Int.random(in: 1...6, using: &generator)
            let replies = (0..<20).map { _ in codes.randomElement(using: &generator) ?? 250 }
            let plan = Self.plan(round % 2 == 0 ? .pipelining : []) {
                $0.commandGroup = Int.random(in: 1...200, using: &generator)
                $0.usesChunking = round % 5 == 0
                $0.resetsFirst = round % 7 == 0
                $0.isReusedConnection = round % 3 == 0
            }
            let run = Self.drive(replies, recipients: count, plan: plan)
            #expect(!run.isStarved)
            let accepted = run.verdicts.filter { $0 == "delivered" }.count
            if !run.sentContent, !plan.usesChunking { #expect(accepted == 0) }
            if run.ending != .stale { #expect(!run.verdicts.contains("open")) }
            #expect(!run.verdicts.contains("accepted"))
        }
    }
}
