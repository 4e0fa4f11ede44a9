import DNSAuth
import Loop
import MTA
import Mail
import Synchronization
import Testing

extension SignedWorld {
    /// One message by a transport of its own, and what the TLS reports would say of it.
    /// - Parameter trust: whom `verified` connections trust.
    func deliver(
        to destination: String, _ mode: TLSMode, trust: TLSClientContext.Trust = .nobody,
        sts: any MTASTSSource = NoMTASTS()
    ) async throws -> (Outcome, [TLSAttempt]) {
        var options = SMTPTransportOptions(client: ClientOptions(heloName: "client.test", tls: mode))
        options.port = port
        options.allowsLoopbackTargets = true
        let log = AttemptRecorder()
        let transport = SMTPTransport(
            options, resolver: resolver, context: try TLSClientContext(trust: trust),
            policies: PublishedTLSPolicies(resolver: resolver, sts: sts), attempts: log, loops: [loop])
        let outcomes = await transport.carry(
            Self.batch(destination), on: Lane(site: destination, shard: 0, number: 0))
        await transport.shutDown()
        return (try #require(outcomes.first), log.attempts)
    }

    static func batch(_ destination: String) -> DeliveryBatch {
        let domain = Domain(canonical: destination)
        let envelope = Envelope(
            sender: Mailbox(localPart: "s", domain: Domain(canonical: "from.test")),
            recipients: [Recipient(Mailbox(localPart: "r", domain: domain))])
        return DeliveryBatch(
            message: UUIDv7(at: WallTime(milliseconds: 1)), envelope: envelope, recipientIndexes: [0],
            content: [Array("Subject: x\r\n\r\nhello\r\n".utf8)], destination: domain, attempt: 1)
    }
}

/// Keeps what the reports would be made of.
final class AttemptRecorder: TLSAttemptLog {
    private let recorded = Mutex<[TLSAttempt]>([])

    var attempts: [TLSAttempt] { recorded.withLock { $0 } }

    func record(_ attempt: TLSAttempt) { recorded.withLock { $0.append(attempt) } }
}
