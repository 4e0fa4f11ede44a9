import Mail
import Synchronization

extension DeliveryQueue {
    /// What a restart finds at the end of its life still has so long.
    private static let lastChance = Duration.seconds(600)
    private static let portion = 4_096

    /// Takes in what a restart found, a portion at a time: the shards carry the first while the next is being sorted, and
    /// never more than two of them lie before a shard, so that a million messages are not held twice.
    func admit(recovered: RecoveredMail, lastRecord: WallTime?) async {
        let shards = running
        let now = time.now
        let wall = time.wall
        // A clock that was set back since must not keep mail for as long.
        let latest = now + scheduling.withLock { $0.retryPlan.longestWait }
        var portions = [Int](repeating: 0, count: boxes.count)
        var sorted = [[Admission]](repeating: [], count: boxes.count)
        while let part = recovered.takePart() {
            for message in part {
                for (shard, admission) in sort(message, latest: latest, lastRecord: lastRecord, now: now, wall: wall) {
                    sorted[shard].append(admission)
                    guard sorted[shard].count == Self.portion else { continue }
                    boxes[shard].put(sorted[shard])
                    sorted[shard].removeAll(keepingCapacity: true)
                    portions[shard] += 1
                    if portions[shard] % 2 == 0 { await shards[shard].absorb() }
                }
            }
        }
        for shard in boxes.indices { boxes[shard].put(sorted[shard]) }
    }

    private func sort(
        _ message: RecoveredMessage, latest: MonotonicInstant, lastRecord: WallTime?, now: MonotonicInstant,
        wall: WallTime
    ) -> [(shard: Int, admission: Admission)] {
        let notBefore = instant(message.notBefore, now: now, wall: wall)
        var summary = MessageFacts(
            id: message.id, number: message.number, tenant: message.tenant, stream: message.stream,
            isTest: message.isTest, size: message.size,
            expiry: expiry(at: message.at, notBefore: message.notBefore, now: now, wall: wall),
            campaign: message.campaign)
        // After a long outage, or with a clock that is ahead, nothing is given up unseen: it is tried once more.
        let isOver = summary.expiry <= now + Self.lastChance
        if isOver { summary.expiry = now + Self.lastChance }
        lastNumber.max(message.number, ordering: .relaxed)
        if control.hasRoutes.load(ordering: .relaxed) {
            summary.pool = control.pool(
                of: summary, to: message.pending.lazy.map(\.domain), scheduling.withLock { $0.egress })
        }
        if let after = options.notification.delayAfter, let lastRecord {
            let due = max(message.at, message.notBefore ?? message.at) + after
            summary.isDelayNoticeDue = due > lastRecord && due <= wall
        }
        var sorter = AdmissionSorter(
            message: summary, body: nil, router: router, shards: boxes.count, now: now)
        for pending in message.pending {
            sorter.add(
                PendingDelivery(
                    recipient: pending.recipient, destination: pending.domain, attempts: pending.attempts,
                    due: isOver
                        ? nil
                        : instant(pending.nextAttempt, now: now, wall: wall).map { min($0, latest) } ?? notBefore))
        }
        return sorter.admissions
    }
}
