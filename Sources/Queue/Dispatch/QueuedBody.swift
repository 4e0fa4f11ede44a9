import Mail
import Synchronization

/// Envelope and content of a queued message, shared by the shards that deliver it, with its signatures once somebody
/// has asked for them.
final class QueuedBody: Sendable {
    let facts: QueuedMessage
    let content: Content
    /// The domain of the From field: who signs.
    let author: Domain?
    private let signing = Mutex(Signing.unsigned)

    private enum Signing: Sendable {
        case unsigned
        /// Somebody is at it; the others wait.
        case underWay([CheckedContinuation<Void, Never>])
        case signed([UInt8])
    }

    init(facts: QueuedMessage, content: Content, author: Domain?) {
        self.facts = facts
        self.content = content
        self.author = author
    }

    /// A message read back from the journal.
    convenience init(_ message: AcceptedMessage) {
        self.init(
            facts: message.facts, content: message.content,
            author: HeaderSummary.scan(message.content.original).authorDomain)
    }

    /// Approximate bytes in memory.
    var cost: Int { content.count + 1_024 + facts.envelope.recipients.count * 96 }

    /// The signatures, computed once per message however many lanes carry it. A failure is not remembered: the next
    /// attempt asks again, perhaps with a repaired key.
    func signatures(by signer: any Signer, at time: WallTime) async throws(SigningFailure) -> [UInt8] {
        guard let author else { return [] }
        while true {
            switch claim() {
            case .signed(let signatures):
                return signatures
            case .underWay:
                await withCheckedContinuation { park($0) }
            case .unsigned:
                do {
                    let signatures = try await signer.signatures(for: content, author: author, at: time)
                    settle(.signed(signatures))
                    return signatures
                } catch {
                    settle(.unsigned)
                    throw error
                }
            }
        }
    }

    /// The state as it was; an unsigned body is now the caller's to sign.
    private func claim() -> Signing {
        signing.withLock { state in
            let before = state
            if case .unsigned = state { state = .underWay([]) }
            return before
        }
    }

    private func park(_ waiter: CheckedContinuation<Void, Never>) {
        let parked = signing.withLock { state in
            guard case .underWay(var waiters) = state else { return false }
            waiters.append(waiter)
            state = .underWay(waiters)
            return true
        }
        if !parked { waiter.resume() }
    }

    private func settle(_ result: Signing) {
        let waiters = signing.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .underWay(let waiters) = state else { return [] }
            state = result
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
