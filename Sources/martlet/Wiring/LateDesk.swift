import Mail
import Synchronization

/// Stands where sink and authenticator will be, as `LateDoor` does for submission.
final class LateDesk: InboundSink, MessageAuthenticator {
    private struct Desk {
        var sink: any InboundSink
        var authenticator: any MessageAuthenticator
    }

    private let desk = Mutex<Desk?>(nil)

    func open(sink: any InboundSink, authenticator: any MessageAuthenticator) {
        desk.withLock { $0 = Desk(sink: sink, authenticator: authenticator) }
    }

    private var open: Desk? { desk.withLock { $0 } }

    func refusal(for recipient: Mailbox) async -> Reply? {
        guard let open else {
            return Reply(code: 421, enhanced: EnhancedStatus(4, 3, 2), text: "Starting, try again")
        }
        return await open.sink.refusal(for: recipient)
    }

    func deliver(_ message: InboundMessage) async throws(Refusal) {
        guard let open else { throw .shuttingDown }
        try await open.sink.deliver(message)
    }

    func refused(_ message: InboundMessage) async { await open?.sink.refused(message) }

    func authenticate(
        _ content: Content, from client: MessageClient?, at time: WallTime
    ) async -> MessageAuthentication {
        guard let open else {
            let reason = "starting"
            return MessageAuthentication(
                spf: [], dkim: [], dmarc: DMARCOutcome(.temperror, reason: reason),
                arc: ARCOutcome(.none, reason: reason))
        }
        return await open.authenticator.authenticate(content, from: client, at: time)
    }

    func resultsField(
        _ results: MessageAuthentication, from client: MessageClient?, authority: String
    ) -> [UInt8] {
        open?.authenticator.resultsField(results, from: client, authority: authority) ?? []
    }

    func removingForgedResults(_ content: Content, authority: String) -> Content {
        open?.authenticator.removingForgedResults(content, authority: authority) ?? content
    }
}
