import Loop
import Mail

/// One connection of a source, and the SMTP that it speaks: no more than it takes to be rid of a message.
///
/// Not Sendable: it lives in its shard, on the shard's loop.
final class SourceLine {
    /// What became of one attempt.
    enum Answer: Equatable {
        /// Accept latency runs from `contentEnd` to `at`; nanoseconds of CLOCK_MONOTONIC.
        case accepted(contentEnd: UInt64, at: UInt64)
        case refused(Int)
    }

    private let stream: ByteStream
    private let content: LoadContent
    private let patience: Duration
    private let wantsPipelining: Bool
    private var offersPipelining = false
    private var offersTLS = false
    private(set) var messages = 0

    /// A reply, all of its lines together, may be so long (RFC 5321 §4.5.3.1.5 has 512 for a line).
    private static let longestReply = 65_536

    init(_ stream: ByteStream, content: LoadContent, plan: LoadPlan) {
        self.stream = stream
        self.content = content
        patience = plan.patience
        wantsPipelining = plan.isPipelining
    }

    /// Greeting and EHLO, with STARTTLS between two of them if there is a context.
    /// - Returns: the reply that it did not like; `nil` when all is well.
    func open(tls: TLSClientContext?) async throws(StreamFailure) -> Int? {
        stream.deadline = SystemTime().now + patience
        let greeting = try await reply()
        if greeting != 220 { return greeting }
        if let refusal = try await hello() { return refusal }
        guard let tls else { return nil }
        guard offersTLS else { return 502 }
        stream.outbound.append("STARTTLS\r\n")
        try await stream.flush()
        let answer = try await reply()
        if answer != 220 { return answer }
        _ = try await stream.startTLSClient(tls, host: "sink.bench.example", verify: false)
        return try await hello()
    }

    private func hello() async throws(StreamFailure) -> Int? {
        stream.outbound.append("EHLO source.bench.example\r\n")
        try await stream.flush()
        let answer = try await reply()
        return answer == 250 ? nil : answer
    }

    /// One message with all its steps. After a refusal the connection can go on, except after 421.
    func transact(_ number: Int, sent: UInt64) async throws(StreamFailure) -> Answer {
        stream.deadline = SystemTime().now + patience
        if wantsPipelining && offersPipelining {
            if let refusal = try await envelopeInOneWrite(number) { return .refused(refusal) }
        } else {
            if let refusal = try await envelopeStepByStep(number) { return .refused(refusal) }
        }
        content.appendHeader(number, sent: sent, to: &stream.outbound)
        if content.body[0].count <= LoadContent.copied {
            stream.outbound.append(content.body[0])
            try await stream.flush()
        } else {
            try await stream.flush(content.body)
        }
        let end = MonotonicClock.now
        let answer = try await reply()
        guard answer == 250 else { return .refused(answer) }
        messages += 1
        return .accepted(contentEnd: end, at: MonotonicClock.now)
    }

    private func envelopeStepByStep(_ number: Int) async throws(StreamFailure) -> Int? {
        content.appendMail(to: &stream.outbound)
        try await stream.flush()
        var answer = try await reply()
        if answer != 250 { return answer }
        content.appendRecipient(number, to: &stream.outbound)
        try await stream.flush()
        answer = try await reply()
        if answer != 250 { return try await reset(after: answer) }
        stream.outbound.append("DATA\r\n")
        try await stream.flush()
        answer = try await reply()
        return answer == 354 ? nil : try await reset(after: answer)
    }

    private func envelopeInOneWrite(_ number: Int) async throws(StreamFailure) -> Int? {
        content.appendMail(to: &stream.outbound)
        content.appendRecipient(number, to: &stream.outbound)
        stream.outbound.append("DATA\r\n")
        try await stream.flush()
        let mail = try await reply()
        if mail == 421 { return mail }
        let recipient = try await reply()
        if recipient == 421 { return recipient }
        let data = try await reply()
        if data == 354 && mail == 250 && recipient == 250 { return nil }
        if data == 354 {
            // RFC 2920 §3.1: a server may say 354 although it took no recipient; then it gets an empty content.
            stream.outbound.append(".\r\n")
            try await stream.flush()
            _ = try await reply()
        }
        return try await reset(after: mail != 250 ? mail : recipient != 250 ? recipient : data)
    }

    private func reset(after answer: Int) async throws(StreamFailure) -> Int {
        if answer == 421 { return answer }
        stream.outbound.append("RSET\r\n")
        try await stream.flush()
        _ = try await reply()
        return answer
    }

    /// Says goodbye and closes.
    func quit() async {
        stream.deadline = min(stream.deadline, SystemTime().now + .seconds(2))
        stream.outbound.append("QUIT\r\n")
        do throws(StreamFailure) {
            try await stream.flush()
            _ = try await reply()
        } catch {
            // The other side was quicker.
        }
        stream.close()
    }

    func close() { stream.close() }

    // MARK: Replies

    private func reply() async throws(StreamFailure) -> Int {
        while true {
            if let code = takeReply() { return code }
            guard stream.inbound.count < Self.longestReply, try await stream.fill() else { throw .closed }
        }
    }

    /// The code of the next whole reply; 0 for what is none. `nil`: more has to arrive.
    private func takeReply() -> Int? {
        while let end = stream.inbound.firstIndex(of: 10) {
            var code = 0
            var isLast = true
            if end >= 3 {
                for index in 0..<3 {
                    let digit = stream.inbound[index] &- UInt8(ascii: "0")
                    code = digit > 9 ? 0 : code * 10 + Int(digit)
                }
                isLast = stream.inbound[3] != UInt8(ascii: "-")
                if !isLast || end > 8 { note(lineOf: end) }
            }
            stream.inbound.consume(end + 1)
            if isLast { return code }
        }
        return nil
    }

    /// What an EHLO reply offers: told by the keyword's first letters, as nothing else that is offered begins so.
    private func note(lineOf length: Int) {
        guard length >= 12 else { return }
        let letters = (stream.inbound[4], stream.inbound[5], stream.inbound[6])
        switch letters {
        case (UInt8(ascii: "P"), UInt8(ascii: "I"), UInt8(ascii: "P")): offersPipelining = true
        case (UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "A")): offersTLS = true
        default: break
        }
    }
}
