import Mail

/// A message while a batch is worked through: what the tables hold of it, or will hold, and what has changed.
///
/// Everything that happens to it in the batch happens here, in memory; at the end it is written once. Under load most
/// messages are queued and delivered within one batch and so cost one insert. A class, because it is changed in place
/// some times between two copies of a dictionary.
final class ProjectedMessage {
    struct Delivery {
        var state = DeliveryState.queued
        var attempts = 0
        var nextAttempt: WallTime?
        var lastReply: String?
        /// Not yet in the table as it stands here.
        var isChanged = true
    }

    let tenant: UUIDv7
    let id: UUIDv7
    private(set) var tally: MessageTally
    private(set) var deliveredAt: WallTime?
    private(set) var bouncedAt: WallTime?
    /// What the tables hold; `nil` when it is new.
    let storedStatus: MessageStatus?
    /// The place in the batch of the event that queued it; `nil` when it is of an earlier batch.
    let queuedBy: Int?
    /// Of a new message: all, by the recipient's number.
    private(set) var newDeliveries: [Delivery] = []
    /// Of a message of an earlier batch: those that were touched.
    private(set) var touched: [UInt32: Delivery] = [:]

    /// A message that this batch queues.
    init(tenant: UUIDv7, id: UUIDv7, queuedBy: Int, at time: WallTime, _ facts: QueuedMessage) {
        self.tenant = tenant
        self.id = id
        self.queuedBy = queuedBy
        tally = MessageTally(
            waiting: facts.envelope.recipients.count, isScheduled: facts.notBefore.map { $0 > time } ?? false)
        storedStatus = nil
        newDeliveries = Array(repeating: Delivery(), count: facts.envelope.recipients.count)
    }

    /// A message of an earlier batch.
    init(
        tenant: UUIDv7, id: UUIDv7, tally: MessageTally, status: MessageStatus, deliveredAt: WallTime?,
        bouncedAt: WallTime?
    ) {
        self.tenant = tenant
        self.id = id
        self.tally = tally
        self.deliveredAt = deliveredAt
        self.bouncedAt = bouncedAt
        storedStatus = status
        queuedBy = nil
    }

    /// `nil`: there is none, or it has not been loaded yet.
    func delivery(_ recipient: UInt32) -> Delivery? {
        guard queuedBy != nil else { return touched[recipient] }
        return newDeliveries.indices.contains(Int(recipient)) ? newDeliveries[Int(recipient)] : nil
    }

    /// Puts one of an earlier batch where it can be changed.
    func add(_ delivery: Delivery, _ recipient: UInt32) { touched[recipient] = delivery }

    /// - Precondition: `delivery(attempt.recipient)` is there.
    func apply(_ attempt: Attempt, at time: WallTime) {
        guard var delivery = delivery(attempt.recipient) else { return }
        let new = delivery.state.after(DeliveryState(attempt.outcome.verdict))
        tally.isScheduled = false
        tally.move(from: delivery.state, to: new)
        delivery.state = new
        delivery.attempts = max(delivery.attempts, attempt.number)
        delivery.nextAttempt = new == .deferred ? attempt.nextAttempt : nil
        delivery.lastReply = attempt.outcome.summary
        set(delivery, attempt.recipient)
        switch new {
        case .delivered: deliveredAt = time
        case .bounced, .failed: bouncedAt = time
        case .queued, .deferred, .cancelled: break
        }
    }

    /// - Precondition: `delivery(recipient)` is there.
    func cancel(_ recipient: UInt32) {
        guard var delivery = delivery(recipient), !delivery.state.isFinal else { return }
        tally.move(from: delivery.state, to: .cancelled)
        delivery.state = .cancelled
        delivery.nextAttempt = nil
        set(delivery, recipient)
    }

    /// - Precondition: `delivery(recipient)` is there.
    func giveUp(_ recipient: UInt32, at time: WallTime, reason: String) {
        guard var delivery = delivery(recipient), !delivery.state.isFinal else { return }
        tally.isScheduled = false
        tally.move(from: delivery.state, to: .bounced)
        delivery.state = .bounced
        delivery.nextAttempt = nil
        delivery.lastReply = OperatorBounce.text(reason)
        bouncedAt = time
        set(delivery, recipient)
    }

    private func set(_ delivery: Delivery, _ recipient: UInt32) {
        var delivery = delivery
        delivery.isChanged = true
        if queuedBy != nil { newDeliveries[Int(recipient)] = delivery } else { touched[recipient] = delivery }
    }
}
