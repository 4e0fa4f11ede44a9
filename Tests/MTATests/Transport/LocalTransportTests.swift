import Mail
import MartletTesting
import Synchronization
import Testing

@testable import MTA

/// The transports that use no network.
@Suite struct LocalTransportTests {
    @Test func capturesTheWholeMessage() async {
        let inbox = MemoryInbox()
        let transport = CaptureTransport(inbox: inbox, time: HandClock())
        let batch = Wire.batch([Array("A: 1\r\n".utf8), Array("\r\n.body\r\n".utf8)], recipients: 2)
        let outcomes = await transport.carry(batch, on: Wire.lane)
        #expect(outcomes.map(\.verdict) == [.delivered, .delivered])
        let kept = inbox.messages.withLock { $0 }
        #expect(kept.count == 1)
        #expect(kept[0].content == Array("A: 1\r\n\r\n.body\r\n".utf8))
        #expect(kept[0].recipients.map(\.localPart) == ["r0", "r1"])
        #expect(kept[0].sender?.localPart == "s")
    }

    @Test(arguments: [
        (Refusal.storageUnavailable, Verdict.deferred(.contentUnavailable)), (.diskLow, .deferred(.contentUnavailable)),
        (.overloaded, .deferred(.contentUnavailable)), (.shuttingDown, .deferred(.shuttingDown)),
        (.tooLarge(limit: 1), .bounced(.tooLarge)), (.mailLoop, .bounced(.mailLoop)),
    ])
    func saysWhyTheInboxTookNothing(_ refusal: Refusal, _ verdict: Verdict) async {
        let transport = CaptureTransport(inbox: MemoryInbox(refusing: refusal), time: HandClock())
        #expect(await transport.carry(Wire.batch(), on: Wire.lane).map(\.verdict) == [verdict])
    }

    @Test func deliversToNobody() async {
        #expect(
            await NullTransport().carry(Wire.batch(recipients: 3), on: Wire.lane).map(\.verdict) == [
                .delivered, .delivered, .delivered,
            ])
    }
}

private final class MemoryInbox: Inbox {
    let messages = Mutex<[InboxMessage]>([])
    private let refusal: Refusal?

    init(refusing refusal: Refusal? = nil) { self.refusal = refusal }

    func deposit(_ message: InboxMessage) async throws(Refusal) {
        if let refusal { throw refusal }
        messages.withLock { $0.append(message) }
    }
    func list(limit: Int, offset: Int) async -> (messages: [InboxSummary], total: Int) { ([], 0) }
    func message(_ id: UUIDv7) async -> InboxMessage? { nil }
    func removeAll() async {}
}
