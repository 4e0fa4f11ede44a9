import GRDB
import Mail

/// Writes a run of events into the tables, inside one transaction of the writer.
struct ProjectionBatch {
    private let statements: ProjectionStatements
    private var messages: [UUIDv7: ProjectedMessage] = [:]
    /// In the order they were first met, so that the trees grow at their ends.
    private var order: [ProjectedMessage] = []
    private var totals: [Total: Int64] = [:]

    private struct Total: Hashable {
        var tenant: UUIDv7
        var status: MessageStatus
    }

    init(_ db: Database) throws { statements = try ProjectionStatements(db) }

    /// The projection's place, in the same transaction: each event counts exactly once, whatever happens.
    mutating func write(_ events: [Event], next: UInt64) throws {
        messages.reserveCapacity(events.count)
        for index in events.indices {
            switch events[index].kind {
            case .queued(let facts): try queue(events[index], at: index, facts)
            case .attempted(let attempt): try apply(attempt, events[index])
            case .cancelled(let recipients): try cancel(recipients, events[index])
            case .bouncedByOperator(let recipients, let by, let reason):
                try giveUp(recipients, events[index], by: by, reason: reason)
            // The tables are about messages; whoever wants announcements follows the log.
            case .announced: break
            }
        }
        for message in order {
            if let index = message.queuedBy, case .queued(let facts) = events[index].kind {
                try statements.insert(message, events[index], facts)
            } else {
                try statements.update(message)
            }
            count(message)
        }
        for (total, change) in totals where change != 0 {
            try statements.addTotal(tenant: total.tenant, status: total.status, change)
        }
        try statements.setPosition(next)
    }

    private mutating func queue(_ event: Event, at index: Int, _ facts: QueuedMessage) throws {
        // A projection that starts over may meet a message it has already.
        guard try message(event) == nil else { return }
        keep(ProjectedMessage(tenant: event.tenant, id: event.message, queuedBy: index, at: event.at, facts))
    }

    private mutating func apply(_ attempt: Attempt, _ event: Event) throws {
        try statements.insert(event, attempt)
        try message(event, with: attempt.recipient)?.apply(attempt, at: event.at)
    }

    private mutating func cancel(_ recipients: [UInt32], _ event: Event) throws {
        try statements.insert(event, cancelled: recipients)
        for recipient in recipients { try message(event, with: recipient)?.cancel(recipient) }
    }

    private mutating func giveUp(_ recipients: [UInt32], _ event: Event, by: String, reason: String) throws {
        try statements.insert(event, givenUp: recipients, by: by, reason: reason)
        for recipient in recipients {
            try message(event, with: recipient)?.giveUp(recipient, at: event.at, reason: reason)
        }
    }

    /// The event's message, with this delivery where it can be changed. `nil`: there is none; the journal's beginning
    /// may be gone by the time a projection is made anew.
    private mutating func message(_ event: Event, with recipient: UInt32) throws -> ProjectedMessage? {
        guard let message = try message(event) else { return nil }
        if message.delivery(recipient) != nil { return message }
        guard message.queuedBy == nil, let delivery = try statements.delivery(of: event.message, recipient) else {
            return nil
        }
        message.add(delivery, recipient)
        return message
    }

    private mutating func message(_ event: Event) throws -> ProjectedMessage? {
        if let message = messages[event.message] { return message }
        guard let message = try statements.message(event.message, of: event.tenant) else { return nil }
        keep(message)
        return message
    }

    private mutating func keep(_ message: ProjectedMessage) {
        messages[message.id] = message
        order.append(message)
    }

    private mutating func count(_ message: ProjectedMessage) {
        let status = message.tally.status
        guard status != message.storedStatus else { return }
        totals[Total(tenant: message.tenant, status: status), default: 0] += 1
        if let old = message.storedStatus { totals[Total(tenant: message.tenant, status: old), default: 0] -= 1 }
    }
}
