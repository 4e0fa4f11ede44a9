import Loop
import Mail
import Synchronization
import Testing

@testable import MTA

/// The listener for mail from strangers: who may be written to, what is written on top, and what the sink gets.
@Suite struct ServerInboundTests {
    private func probe() -> ServerProbe { ServerProbe(role: .inbound, tls: .startTLS, trusted: false) }

    @Test("Nobody needs AUTH, and nobody is offered it or DSN")
    func greeting() {
        let probe = probe()
        let hello = probe.send("EHLO client.example\r\n")
        #expect(!hello.contains("AUTH") && !hello.contains("DSN") && hello.contains("STARTTLS"))
        #expect(probe.codes("AUTH PLAIN\r\n") == [502])
    }

    @Test("The sink decides on each recipient; the others get the mail")
    func recipients() {
        let probe = probe()
        let codes = probe.codes(
            """
            EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@mx.example.org>\r\nDATA\r\nRCPT TO:<a@mx.example.org>\r
            RCPT TO:<nobody@mx.example.org>\r\nRCPT TO:<b@mx.example.org>\r\n
            """)
        #expect(codes == [250, 250, 550, 554, 250, 550, 250])
        #expect(probe.codes("DATA\r\nSubject: x\r\n\r\nhi\r\n.\r\n") == [354, 250])
        #expect(probe.messages.first?.envelope.recipients.map(\.mailbox.localPart) == ["a", "b"])
    }

    @Test("Whoever tries names until one fits is cut off")
    func harvesting() {
        let probe = probe()
        _ = probe.codes("EHLO c\r\nMAIL FROM:<>\r\n")
        let codes = probe.codes(String(repeating: "RCPT TO:<nobody@mx.example.org>\r\n", count: 25))
        #expect(codes.count == 21 && codes.dropLast().allSatisfy { $0 == 550 } && codes.last == 421)
        #expect(probe.isClosed)
    }

    private func received(_ text: String, from sender: String? = "a@b.example") -> ReceivedMessage {
        ReceivedMessage(
            envelope: Envelope(
                sender: sender.flatMap { Mailbox($0) },
                recipients: [Mailbox("me@mx.example.org")].compactMap { $0 }.map { Recipient($0) }),
            content: Array(text.utf8))
    }

    private let origin = SMTPOrigin(helo: "client.example", isESMTP: true, clientAddress: "192.0.2.9")

    private func receive(_ desk: InboundDesk, _ message: ReceivedMessage) async throws(Refusal) -> StoreResult {
        try await desk.receive(message, from: origin, at: .v4(0xC000_0209), time: WallTime(milliseconds: 0))
    }

    @Test("The fields stand on top in the order results, Received, and forged results are gone")
    func fields() async throws {
        let sink = RecordingSink()
        let desk = InboundDesk(
            sink: sink, authenticator: FixedJudge(.pass), options: InboundOptions(hostname: "mx.example.org"))
        let message = received("Forged: mx.example.org\r\nFrom: a@b.example\r\n\r\nhi\r\n")
        guard case .accepted(let id) = try await receive(desk, message) else { return #expect(Bool(false)) }
        let kept = try #require(sink.messages.first)
        let added = String(decoding: kept.content.added, as: UTF8.self)
        #expect(kept.id == id)
        #expect(added.hasPrefix("Results: mx.example.org pass\r\nReceived: from client.example ([192.0.2.9])\r\n"))
        #expect(String(decoding: kept.content.original, as: UTF8.self) == "From: a@b.example\r\n\r\nhi\r\n")
        #expect(
            kept.client
                == MessageClient(address: .v4(0xC000_0209), helo: "client.example", sender: Mailbox("a@b.example")))
    }

    @Test("A policy of reject is obeyed only where the operator says so", arguments: [true, false])
    func policy(obeys: Bool) async throws {
        let sink = RecordingSink()
        var options = InboundOptions(hostname: "mx.example.org")
        options.obeysPolicy = obeys
        let desk = InboundDesk(sink: sink, authenticator: FixedJudge(.fail), options: options)
        switch try await receive(desk, received("From: a@b.example\r\n\r\nhi\r\n")) {
        case .rejected(let reply):
            #expect(obeys && reply.code == 550 && reply.enhanced == EnhancedStatus(5, 7, 26))
            #expect(reply.text.contains("b.example"))
        case .accepted: #expect(!obeys)
        case .refused, .faulty: #expect(Bool(false))
        }
        #expect(sink.messages.isEmpty == obeys)
    }

    @Test("Mail that runs in a circle ends here")
    func loop() async {
        let desk = InboundDesk(
            sink: RecordingSink(), authenticator: FixedJudge(.pass),
            options: InboundOptions(hostname: "mx.example.org"))
        let message = received(String(repeating: "Received: by x; date\r\n", count: 51) + "\r\n")
        await #expect(throws: Refusal.mailLoop) { try await receive(desk, message) }
    }

    @Test("A sink that cannot keep the message says so to the client")
    func fullDisk() async {
        let desk = InboundDesk(
            sink: RecordingSink(refusal: .diskLow), authenticator: FixedJudge(.pass),
            options: InboundOptions(hostname: "mx.example.org"))
        await #expect(throws: Refusal.diskLow) { try await receive(desk, received("From: a@b.example\r\n\r\n")) }
    }
}

/// Takes everything, or nothing.
final class RecordingSink: InboundSink {
    private let kept = Mutex<[InboundMessage]>([])
    private let refusal: Refusal?

    init(refusal: Refusal? = nil) { self.refusal = refusal }

    var messages: [InboundMessage] { kept.withLock { $0 } }

    func refusal(for recipient: Mailbox) async -> Reply? { nil }

    func deliver(_ message: InboundMessage) async throws(Refusal) {
        if let refusal { throw refusal }
        kept.withLock { $0.append(message) }
    }
}

/// A judge whose verdict is settled; takes a field named Forged for one that claims to be his.
struct FixedJudge: MessageAuthenticator {
    let dmarc: DMARCResult

    init(_ dmarc: DMARCResult) { self.dmarc = dmarc }

    func authenticate(
        _ content: Content, from client: MessageClient?, at time: WallTime
    ) async -> MessageAuthentication {
        let author = HeaderSummary.scan(content.original).authorDomain
        let outcome = DMARCOutcome(
            dmarc, reason: "settled", author: author, policy: .reject, disposition: dmarc == .fail ? .reject : .none)
        return MessageAuthentication(spf: [], dkim: [], dmarc: outcome, arc: ARCOutcome(.none, reason: "settled"))
    }

    func resultsField(
        _ results: MessageAuthentication, from client: MessageClient?, authority: String
    ) -> [UInt8] { Array("Results: \(authority) \(results.dmarc.result.rawValue)\r\n".utf8) }

    func removingForgedResults(_ content: Content, authority: String) -> Content {
        let forged = Array("Forged: \(authority)\r\n".utf8)
        guard content.original.starts(with: forged) else { return content }
        return Content(added: content.added, original: Array(content.original.dropFirst(forged.count)))
    }
}
