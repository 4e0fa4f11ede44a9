import Loop
import Mail

/// Why a transaction could not be spoken to its end.
enum TransactionFailure: Error, Hashable, Sendable {
    case stream(StreamFailure)
    /// What came is not a reply, or far too much of one.
    case violation
}

extension DeferralReason {
    init(_ failure: TransactionFailure) {
        switch failure {
        case .stream(let failure): self.init(failure, while: nil)
        case .violation: self = .protocolViolation
        }
    }
}

extension ClientTimeouts {
    func limit(for step: ClientTransaction.Step) -> Duration {
        switch step {
        case .reset: reset
        case .mail: mail
        case .recipient: recipient
        case .data: data
        case .end: finalDot
        }
    }
}
