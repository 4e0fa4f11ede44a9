import Mail

/// How many of a message's deliveries stand where; the message's status follows from it alone.
struct MessageTally: Hashable, Sendable {
    var waiting: Int
    var delivered = 0
    var bounced = 0
    var failed = 0
    var cancelled = 0
    /// It was to wait for a time and nothing has been tried yet.
    var isScheduled: Bool

    mutating func move(from old: DeliveryState, to new: DeliveryState) {
        add(old, -1)
        add(new, 1)
    }

    var status: MessageStatus {
        if waiting > 0 { return isScheduled ? .scheduled : .queued }
        if delivered > 0 { return .delivered }
        if bounced > 0 { return .bounced }
        if failed > 0 { return .failed }
        return .cancelled
    }

    private mutating func add(_ state: DeliveryState, _ amount: Int) {
        switch state {
        case .queued, .deferred: waiting += amount
        case .delivered: delivered += amount
        case .bounced: bounced += amount
        case .failed: failed += amount
        case .cancelled: cancelled += amount
        }
    }
}

/// The raw values stand in the projection: never change one.
extension MessageStatus {
    var code: Int64 {
        switch self {
        case .scheduled: 1
        case .queued: 2
        case .sent: 3
        case .delivered: 4
        case .bounced: 5
        case .failed: 6
        case .cancelled: 7
        }
    }

    init?(code: Int64) {
        guard let status = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = status
    }
}
