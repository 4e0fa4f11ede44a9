import Mail

/// One mail transaction as the client sees it: which commands go out in one write, and whom a reply concerns.
///
/// Pipelining is two cursors that walk the same road (RFC 2920 §3.1). `sending` is the next command to write,
/// `receiving` the command that the next reply answers. Without PIPELINING they move in step, one command and one
/// reply. With it, `sending` runs ahead through MAIL, every RCPT and DATA in one write, and `receiving` follows reply
/// by reply. The road ends in front of the content: that is sent only after 354, except for BDAT (RFC 3030), whose
/// content travels in the same write. So whatever the host answers, each reply meets the command it belongs to, and
/// `Action` says what is next; a refused recipient cannot be forgotten, because the next action is the result of
/// handling its reply.
///
/// Pure: bytes go into a buffer, replies come as values, the caller owns the socket and the clock.
struct ClientTransaction {
    enum Action: Hashable {
        /// Send what was written, then hand in the next reply.
        case flush
        /// Hand in the next reply.
        case read
        /// Send the content with dots stuffed and the final dot, then hand in the next reply.
        case sendContent
        /// Put the plain content behind the commands that were written, send all, then hand in the next reply.
        case sendChunk
        /// Nothing more to say. See `ending`.
        case finished
    }

    enum Ending: Hashable {
        /// The connection may carry another transaction, after RSET if `needsReset`.
        case usable
        /// 421, a violation, or a failure: close it.
        case unusable
        /// A kept connection that was already closed when it was taken up again: nothing happened, use another.
        case stale
    }

    /// What the next reply answers; each has a timeout of its own (RFC 5321 §4.5.3.2).
    enum Step: Hashable {
        case reset
        case mail
        case recipient
        case data
        case end
    }

    /// A place on the road. Legal successors: `reset` -> `mail` -> `recipient` -> `recipient` | `data` -> `end` ->
    /// `over`, and from anywhere -> `over`. `end` is the reply to the content, the lone dot, or BDAT.
    private enum Place: Hashable {
        case reset
        case mail
        case recipient(Int)
        case data
        case end
        case over
    }

    private let envelope: Envelope
    private let size: Int
    private let plan: Plan
    private var sending: Place
    private var receiving: Place
    private var outstanding = 0
    /// Recipients at `accepted`.
    private var accepted = 0
    private var anyReply = false
    private var mailAccepted = false
    /// MAIL was refused: what is still outstanding is read only to keep in step.
    private var isDraining = false
    /// What MAIL's refusal means for every recipient without a verdict.
    private var refusal: Resolution?
    private var hasContentDue = false
    private var hasDotDue = false
    /// The end of the data is with the peer and unanswered: sending it again could deliver twice.
    private(set) var isInDoubt = false
    private(set) var needsReset = false
    private(set) var ending = Ending.usable
    private(set) var resolutions: [Resolution]

    /// How the transaction is to be carried.
    struct Plan {
        var extensions: Extensions
        var usesUTF8 = false
        /// The last transaction on this connection was left open.
        var resetsFirst = false
        var isReusedConnection = false
        /// Content goes by BDAT in the same write.
        var usesChunking = false
        var commandGroup = ClientLimits().commandGroup

        init(extensions: Extensions) { self.extensions = extensions }
    }

    /// - Parameter resolutions: one per recipient; the settled ones are left out.
    init(_ envelope: Envelope, size: Int, plan: Plan, resolutions: [Resolution]) {
        precondition(resolutions.count == envelope.recipients.count, "one resolution per recipient")
        self.envelope = envelope
        self.size = size
        self.plan = plan
        self.resolutions = resolutions
        sending = plan.resetsFirst ? .reset : .mail
        receiving = sending
    }

    // MARK: sending

    /// Writes the next group of commands, or says what else is to be done.
    mutating func next(into out: inout Bytes) -> Action {
        if receiving == .over { return finish() }
        if hasContentDue {
            hasContentDue = false
            return .sendContent
        }
        if hasDotDue {
            hasDotDue = false
            return .flush
        }
        if outstanding > 0 { return .read }
        let start = out.count
        var isChunk = false
        while !isRoadBlocked {
            isChunk = sending == .data && plan.usesChunking
            write(into: &out)
            outstanding += 1
            guard plan.extensions.offered.contains(.pipelining), out.count - start < plan.commandGroup else { break }
        }
        if outstanding == 0 { return finish() }
        return isChunk ? .sendChunk : .flush
    }

    /// Whether the next command must not be written before more replies are in.
    private var isRoadBlocked: Bool {
        switch sending {
        case .reset, .mail, .recipient: isDraining
        // RFC 5321 §3.3: no DATA without a recipient, once it is known that there is none.
        case .data: isDraining || (receiving == .data && accepted == 0)
        case .end, .over: true
        }
    }

    private mutating func write(into out: inout Bytes) {
        switch sending {
        case .reset:
            out.append("RSET\r\n")
            sending = .mail
        case .mail:
            MailCommands.appendMail(
                envelope, size: size, extensions: plan.extensions, usesUTF8: plan.usesUTF8, to: &out)
            sending = recipient(from: 0)
        case .recipient(let index):
            MailCommands.appendRecipient(
                envelope.recipients[index], extensions: plan.extensions, usesUTF8: plan.usesUTF8, to: &out)
            sending = recipient(from: index + 1)
        case .data:
            if plan.usesChunking {
                // RFC 3030 §2: the whole content is one chunk, and the last.
                out.append("BDAT ")
                out.append(decimal: size)
                out.append(" LAST\r\n")
            } else {
                out.append("DATA\r\n")
            }
            sending = .end
        case .end, .over:
            preconditionFailure("nothing to write at \(sending)")
        }
    }

    private func recipient(from index: Int) -> Place {
        var index = index
        while index < resolutions.count, resolutions[index].isSettled { index += 1 }
        return index < resolutions.count ? .recipient(index) : .data
    }

    private mutating func finish() -> Action {
        // RFC 5321 §4.1.1.5: MAIL was accepted and nothing ended the transaction.
        needsReset = mailAccepted
        if refusal != nil { settleRest(.deferred(.protocolViolation), nil) }
        receiving = .over
        return .finished
    }

    /// The bytes that end the data have been handed to the kernel, or chunked content has.
    mutating func endWasSent() { isInDoubt = true }

    // MARK: receiving

    var step: Step {
        switch receiving {
        case .reset: .reset
        case .mail: .mail
        case .recipient: .recipient
        case .data: plan.usesChunking ? .end : .data
        case .end, .over: .end
        }
    }

    /// Handles the reply to the oldest unanswered command.
    /// - Parameter reply: the reply with its text; asked for only where somebody will read it.
    mutating func received(_ code: UInt16, _ reply: @autoclosure () -> Reply, into out: inout Bytes) -> Action {
        precondition(outstanding > 0, "a reply without a command")
        outstanding -= 1
        // RFC 5321 §3.8: the host may say 421 to anything and close. On a kept connection whose first reply it is, the
        // host had hung up before this transaction began.
        if code == 421 {
            if plan.isReusedConnection, !anyReply { return abandon(.stale) }
            settleRest(.deferred(.remoteReply), reply())
            return abandon(.unusable)
        }
        anyReply = true
        let isUnderstood =
            switch receiving {
            case .reset: receivedReset(code)
            case .mail: receivedMail(code, reply)
            case .recipient(let index): receivedRecipient(index, code, reply)
            case .data: plan.usesChunking ? receivedEnd(code, reply) : receivedData(code, reply, into: &out)
            case .end: receivedEnd(code, reply)
            case .over: preconditionFailure("a reply after the transaction is over")
            }
        guard isUnderstood else {
            settleRest(.deferred(.protocolViolation), reply())
            return abandon(.unusable)
        }
        return next(into: &out)
    }

    /// RFC 5321 §4.1.1.5: RSET has no reason to fail; a host that refuses it cannot be kept in step.
    private mutating func receivedReset(_ code: UInt16) -> Bool {
        receiving = .mail
        return code / 100 == 2
    }

    private mutating func receivedMail(_ code: UInt16, _ reply: () -> Reply) -> Bool {
        receiving = recipient(from: 0)
        switch code / 100 {
        case 2:
            mailAccepted = true
            return true
        case 4, 5:
            let reply = reply()
            // The replies to what is already written still come, and still count off the same places.
            isDraining = true
            refusal = .settled(.refused(by: reply), reply)
            return true
        default: return false
        }
    }

    private mutating func receivedRecipient(_ index: Int, _ code: UInt16, _ reply: () -> Reply) -> Bool {
        // The place is fixed before the verdict is written down, so that a settled one is not skipped twice.
        receiving = recipient(from: index + 1)
        if isDraining { return true }
        switch code / 100 {
        case 2:
            resolutions[index] = .accepted
            accepted += 1
        case 4, 5:
            let reply = reply()
            // RFC 5321 §4.5.3.1.10: 552 to RCPT means too many recipients and is taken for 452.
            resolutions[index] = .settled(code == 552 ? .deferred(.remoteReply) : .refused(by: reply), reply)
        default: return false
        }
        return true
    }

    private mutating func receivedData(_ code: UInt16, _ reply: () -> Reply, into out: inout Bytes) -> Bool {
        switch code {
        case 354:
            receiving = .end
            outstanding += 1
            // RFC 2920 §3.1: a host that wants content although it took no recipient gets an empty message.
            if accepted > 0 {
                hasContentDue = true
            } else {
                out.append(".\r\n")
                hasDotDue = true
            }
            return true
        case 400...599:
            let reply = reply()
            settleAccepted(.refused(by: reply), reply)
            receiving = .over
            return true
        default: return false
        }
    }

    private mutating func receivedEnd(_ code: UInt16, _ reply: () -> Reply) -> Bool {
        isInDoubt = false
        receiving = .over
        switch code / 100 {
        case 2:
            mailAccepted = false
            settleAccepted(.delivered, reply())
        case 4, 5:
            // RFC 5321 §4.1.1.4: the buffers are cleared, good or bad. RFC 3030 §2: after a failed BDAT they are not.
            mailAccepted = plan.usesChunking
            let reply = reply()
            settleAccepted(.refused(by: reply), reply)
        default: return false
        }
        return true
    }

    // MARK: endings

    /// The connection broke, a step took too long, or what arrived is not a reply.
    ///
    /// Recipients without a verdict are open again, so that another host may be tried, unless the content is in doubt:
    /// those wait for the next attempt, and the message may arrive twice rather than never.
    mutating func broke(_ reason: DeferralReason) {
        if isInDoubt {
            settleRest(.deferred(reason), nil)
            ending = .unusable
        } else {
            ending = plan.isReusedConnection && !anyReply && reason == .connectionLost ? .stale : .unusable
            reopen()
        }
        receiving = .over
        outstanding = 0
    }

    private mutating func abandon(_ how: Ending) -> Action {
        ending = how
        reopen()
        receiving = .over
        outstanding = 0
        return .finished
    }

    private mutating func reopen() {
        if refusal != nil { settleRest(.deferred(.protocolViolation), nil) }
        for index in resolutions.indices {
            if case .accepted = resolutions[index] { resolutions[index] = .open }
        }
    }

    /// Settles every recipient without a verdict. A refusal of MAIL goes before anything that happened after it.
    private mutating func settleRest(_ verdict: Verdict, _ reply: Reply?) {
        let resolution = refusal ?? .settled(verdict, reply)
        for index in resolutions.indices where !resolutions[index].isSettled { resolutions[index] = resolution }
    }

    private mutating func settleAccepted(_ verdict: Verdict, _ reply: Reply?) {
        let resolution = Resolution.settled(verdict, reply)
        for index in resolutions.indices {
            if case .accepted = resolutions[index] { resolutions[index] = resolution }
        }
    }
}
