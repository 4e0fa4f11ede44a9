import Mail
import Queue

extension Configuration {
    mutating func readQueue(_ section: ConfigurationSection) {
        queue.hostname = hostname
        var scheduler = queue.scheduler
        scheduler.lifetime = section.duration("lifetime", default: scheduler.lifetime)
        scheduler.retry = Self.retry(section.section("retry"), scheduler.retry)
        scheduler.siteBackOff = Self.retry(section.section("site_back_off"), scheduler.siteBackOff)
        scheduler.broadcastFloor = section.number("broadcast_floor", default: scheduler.broadcastFloor, in: 2...1_000)
        scheduler.quantum = section.number("quantum", default: scheduler.quantum, in: 1...10_000)
        scheduler.lanes = section.number("lanes", default: scheduler.lanes, in: 1...100_000)
        scheduler.batchesPerTurn = section.number("batches_per_turn", default: scheduler.batchesPerTurn, in: 1...10_000)
        scheduler.siteIdle = section.duration("site_idle", default: scheduler.siteIdle)
        queue.scheduler = scheduler
        queue.routeLookups = section.number("route_lookups", default: queue.routeLookups, in: 1...100_000)
        readNotification(section.section("notification"))
        queue.cacheBytes = section.size("body_cache", default: queue.cacheBytes)
        var intake = queue.intake
        intake.folder = data
        intake.maximumMessageSize = messageSize
        intake.maximumHops = section.number("maximum_received", default: intake.maximumHops, in: 1...1_000)
        intake.minimumFreeShare = Double(section.number("free_disk_percent", default: 10, in: 0...90)) / 100
        let limit = section.size("memory_limit", default: 0)
        intake.memoryLimit = limit > 0 ? limit : nil
        queue.intake = intake
        segmentSize = section.size("segment_size", default: segmentSize)
        if !(1 << 20...1 << 30).contains(segmentSize) { section.problem("segment_size", "must be from 1MiB to 1GiB") }
        drain = section.duration("drain", default: drain)
        section.finish()
    }

    private mutating func readNotification(_ section: ConfigurationSection) {
        var notification = queue.notification
        notification.author = section.text("author", default: notification.author)
        notification.displayName = section.text("display_name", default: notification.displayName)
        notification.fullReturnLimit = section.size("full_return_limit", default: notification.fullReturnLimit)
        notification.returnsFullByDefault = section.flag(
            "returns_full_by_default", default: notification.returnsFullByDefault)
        notification.tries = section.number("tries", default: notification.tries, in: 1...100)
        notification.retry = section.duration("retry", default: notification.retry)
        queue.notification = notification
        section.finish()
    }

    private static func retry(_ section: ConfigurationSection, _ policy: RetryPolicy) -> RetryPolicy {
        var policy = policy
        policy.first = section.duration("first", default: policy.first)
        policy.cap = section.duration("maximum", default: policy.cap)
        policy.factor = section.decimal("factor", default: policy.factor, in: 1...100)
        policy.jitter = section.decimal("jitter", default: policy.jitter, in: 0...1)
        if policy.first > policy.cap { section.problem("first", "is longer than the maximum") }
        section.finish()
        return policy
    }
}
