import Mail

/// Where one delivery stands. The raw values stand in the projection: never change one.
enum DeliveryState: Int64, CaseIterable, Sendable {
    case queued = 0
    case deferred = 1
    case delivered = 2
    /// The recipient's side refused, or did for too long.
    case bounced = 3
    /// This engine gave up for reasons of its own: its policy, a mail loop.
    case failed = 4
    case cancelled = 5

    /// Nothing more happens to it, but for a repetition after a crash.
    var isFinal: Bool {
        switch self {
        case .queued, .deferred: false
        case .delivered, .bounced, .failed, .cancelled: true
        }
    }

    init(_ verdict: Verdict) {
        switch verdict {
        case .delivered: self = .delivered
        case .deferred: self = .deferred
        case .bounced(let reason):
            switch reason {
            case .remoteReply, .noSuchDomain, .nullMX, .noMailHost, .needsSMTPUTF8, .needs8BitMIME, .tooLarge,
                .expired:
                self = .bounced
            case .mailLoop, .policy: self = .failed
            case .cancelled: self = .cancelled
            }
        }
    }

    /// What it becomes. A delivery is at least once: after a power cut an attempt may be repeated, and then what was
    /// delivered stays delivered, and what is final never waits again.
    func after(_ next: DeliveryState) -> DeliveryState {
        guard isFinal else { return next }
        return next == .delivered ? .delivered : self
    }

    var view: DeliveryView.Status {
        switch self {
        case .queued: .queued
        case .deferred: .deferred
        case .delivered: .delivered
        case .bounced, .failed: .bounced
        case .cancelled: .cancelled
        }
    }
}
