package import Mail

/// Puts mail into an inbox on this machine instead of sending it: test keys, and the sandbox of `martlet dev`.
package struct CaptureTransport: Transport {
    private let inbox: any Inbox
    private let time: any TimeSource

    package init(inbox: any Inbox, time: any TimeSource) {
        self.inbox = inbox
        self.time = time
    }

    package func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        let start = time.now
        let received = time.wall
        var content: [UInt8] = []
        content.reserveCapacity(batch.size)
        for piece in batch.content { content += piece }
        let message = InboxMessage(
            id: UUIDv7(at: received), receivedAt: received, sender: batch.envelope.sender,
            recipients: batch.envelope.recipients.map(\.mailbox), content: content)
        let verdict: Verdict
        do {
            try await inbox.deposit(message)
            verdict = .delivered
        } catch {
            verdict = Self.verdict(error)
        }
        let outcome = Outcome(verdict, elapsed: time.now - start)
        return Array(repeating: outcome, count: batch.envelope.recipients.count)
    }

    private static func verdict(_ refusal: Refusal) -> Verdict {
        switch refusal {
        case .tooLarge: .bounced(.tooLarge)
        case .mailLoop: .bounced(.mailLoop)
        case .shuttingDown: .deferred(.shuttingDown)
        // The inbox is a store of this machine: it is we who cannot take care of the content now.
        case .storageUnavailable, .diskLow, .overloaded: .deferred(.contentUnavailable)
        }
    }

    package func shutDown() async {}
}
