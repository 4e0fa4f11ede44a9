import Foundation
import MTA
import Mail
import Queue

extension Configuration {
    mutating func readQueue(_ section: ConfigurationSection) {
        queue.hostname = hostname
        var scheduler = queue.scheduler
        scheduler.lifetime = section.duration("lifetime", default: scheduler.lifetime)
        scheduler.retryPlan = Self.retryPlan(section.section("retry"), scheduler.retryPlan)
        readBounceRules(section, &scheduler)
        scheduler.siteBackOff = Self.retry(section.section("site_back_off"), scheduler.siteBackOff)
        scheduler.feedback = Self.feedback(section.section("concurrency"), scheduler.feedback)
        scheduler.broadcastFloor = section.number("broadcast_floor", default: scheduler.broadcastFloor, in: 2...1_000)
        scheduler.quantum = section.number("quantum", default: scheduler.quantum, in: 1...10_000)
        scheduler.lanes = section.number("lanes", default: scheduler.lanes, in: 1...100_000)
        scheduler.batchesPerTurn = section.number("batches_per_turn", default: scheduler.batchesPerTurn, in: 1...10_000)
        scheduler.siteIdle = section.duration("site_idle", default: scheduler.siteIdle)
        queue.scheduler = scheduler
        queue.routeLookups = section.number("route_lookups", default: queue.routeLookups, in: 1...100_000)
        readNotification(section.section("notification"))
        readWatch(section.section("watch"))
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
        let delay = section.duration("delay_after", default: notification.delayAfter ?? .zero)
        notification.delayAfter = delay > .zero ? delay : nil
        if delay >= queue.scheduler.lifetime {
            section.problem("delay_after", "is no shorter than queue.lifetime, after which mail is given up")
        }
        queue.notification = notification
        section.finish()
    }

    /// A batch under way longer than every step together may take, twice over, is no longer under way.
    private mutating func readWatch(_ section: ConfigurationSection) {
        var watch = queue.watch
        let longest = transports.values.map(\.longestAttempt).max() ?? .zero
        watch.laneLimit = section.duration(
            "lane_limit", default: max(watch.laneLimit, longest * 2), atLeast: .seconds(60))
        watch.interval = section.duration("interval", default: watch.interval, atLeast: .seconds(1))
        queue.watch = watch
        section.finish()
    }

    /// `retry` has the keys of a policy, a policy for each class of reason, the same for each stream, and `hints`.
    private static func retryPlan(_ section: ConfigurationSection, _ plan: RetryPlan) -> RetryPlan {
        var plan = plan
        plan.policy = retryKeys(section, plan.policy)
        for kind in RetryClass.allCases where section.has(kind.name) {
            plan.classes[kind] = retry(section.section(kind.name), plan.classes[kind] ?? plan.policy)
        }
        for (name, stream) in [("transactional", MailStream.transactional), ("broadcast", .broadcast)]
        where section.has(name) {
            let own = section.section(name)
            for kind in RetryClass.allCases where own.has(kind.name) {
                let policy = retry(own.section(kind.name), plan.policy(for: kind, in: stream))
                plan.streams[stream, default: [:]][kind] = policy
            }
            own.finish()
        }
        let hints = section.section("hints")
        plan.hints.isHonoured = hints.flag("honoured", default: plan.hints.isHonoured)
        plan.hints.minimum = hints.duration("minimum", default: plan.hints.minimum)
        plan.hints.maximum = hints.duration("maximum", default: plan.hints.maximum)
        plan.hints.tries = hints.number("tries", default: plan.hints.tries, in: 0...1_000)
        if plan.hints.minimum > plan.hints.maximum { hints.problem("minimum", "is longer than the maximum") }
        hints.finish()
        section.finish()
        return plan
    }

    private static func feedback(
        _ section: ConfigurationSection, _ options: ConcurrencyFeedback.Options
    ) -> ConcurrencyFeedback.Options {
        var options = options
        options.initial = section.number("initial", default: options.initial, in: 1...10_000)
        if section.has("revived") { options.revived = section.number("revived", default: 2, in: 1...10_000) }
        let expected = "a number from 0 to 1000 such as 0.5, or one over the window such as 1/window"
        options.positive = section.parsed("positive", as: expected, FeedbackText.parse) ?? options.positive
        options.negative = section.parsed("negative", as: expected, FeedbackText.parse) ?? options.negative
        options.failedCohorts = section.decimal("failed_cohorts", default: options.failedCohorts, in: 0.01...1_000)
        section.finish()
        return options
    }

    private static func retry(_ section: ConfigurationSection, _ policy: RetryPolicy) -> RetryPolicy {
        let policy = retryKeys(section, policy)
        section.finish()
        return policy
    }

    private static func retryKeys(_ section: ConfigurationSection, _ policy: RetryPolicy) -> RetryPolicy {
        var policy = policy
        policy.first = section.duration("first", default: policy.first)
        policy.cap = section.duration("maximum", default: policy.cap)
        policy.factor = section.decimal("factor", default: policy.factor, in: 1...100)
        policy.jitter = section.decimal("jitter", default: policy.jitter, in: 0...1)
        if policy.first > policy.cap { section.problem("first", "is longer than the maximum") }
        return policy
    }

    /// The operator's rules stand before those that come with the engine.
    private func readBounceRules(_ section: ConfigurationSection, _ scheduler: inout SchedulerOptions) {
        guard let path = section.optionalText("bounce_rules") else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            section.problem("bounce_rules", "\(path) cannot be read as UTF-8 text")
            return
        }
        do {
            scheduler.bounceRules = try BounceRules(with: text, file: path)
        } catch {
            section.problem("bounce_rules", error.description)
        }
    }
}

extension TransportConfiguration {
    /// Every step of a transaction at its slowest.
    fileprivate var longestAttempt: Duration {
        switch kind {
        case .smtp(let settings): settings.client.timeouts.sum
        case .relay(let settings): settings.client.timeouts.sum
        case .capture, .null: .zero
        }
    }
}

extension ClientTimeouts {
    fileprivate var sum: Duration {
        let opening = connect + banner + hello + startTLS + hello + authentication
        return opening + reset + mail + recipient + data + block + finalDot + quit
    }
}

/// Feedback as Postfix writes it: a constant, or a number over the connections at present.
private enum FeedbackText {
    static func parse(_ text: String) -> ConcurrencyFeedback.Amount? {
        let isShare = text.hasSuffix("/window")
        guard let value = Double(isShare ? String(text.dropLast(7)) : text), (0...1_000).contains(value) else {
            return nil
        }
        return isShare ? .perWindow(value) : .constant(value)
    }
}
