import Mail

@testable import Queue

/// Made-up messages for tests of the queue.
enum Sample {
    static let tenant = UUIDv7(high: 0x7000, low: 0x8000_0000_0000_0001)

    static func id(_ number: Int) -> UUIDv7 {
        UUIDv7(at: WallTime(milliseconds: 1_798_761_600_000), random: (UInt64(number), UInt64(number) &* 0x9E37_79B9))
    }

    static func message(
        _ number: Int, tenant: Int = 0, stream: MailStream = .transactional,
        expiry: MonotonicInstant = .at(.seconds(432_000))
    ) -> MessageFacts {
        MessageFacts(
            id: id(number), number: UInt64(number), tenant: UUIDv7(high: 0x7000, low: UInt64(tenant)), stream: stream,
            isTest: false, size: 1_000, expiry: expiry)
    }

    static func parcel(_ message: MessageFacts, to domain: String = "a.test", recipients: Int = 1) -> Parcel {
        Parcel(
            message: message,
            deliveries: (0..<recipients).map {
                PendingDelivery(recipient: UInt32($0), destination: Domain(canonical: domain))
            })
    }

    static func facts(recipients: Int, sender: Mailbox? = nil) -> QueuedMessage {
        QueuedMessage(
            envelope: Envelope(
                sender: sender,
                recipients: (0..<recipients).map {
                    Recipient(Mailbox(localPart: "r\($0)", domain: Domain(canonical: "a.test")))
                }),
            stream: .transactional, origin: .notification, failureNotice: .sender, isTest: false, size: 0,
            messageID: "<x@y>", headerFrom: "", headerTo: "", subject: "", notBefore: nil, campaign: nil, tags: [],
            metadata: [])
    }

    static func scheduler(_ change: (inout SchedulerOptions) -> Void = { _ in }) -> Scheduler {
        var options = SchedulerOptions()
        change(&options)
        return Scheduler(options: options, cacheBytes: 1 << 20, start: .at(.zero), seed: 42)
    }

    static let refused = Outcome(.deferred(.connectionRefused))
    static let greylisted = Outcome(.deferred(.remoteReply), reply: Reply(code: 450, text: "later"))
    static let delivered = Outcome(.delivered, reply: Reply(code: 250, text: "ok"))
    static let unknownUser = Outcome(.bounced(.remoteReply), reply: Reply(code: 550, text: "no such user"))
}

extension MonotonicInstant {
    static func at(_ duration: Duration) -> Self { Self(nanoseconds: 1_000_000_000) + duration }
}

extension Scheduler {
    mutating func takeIn(_ parcel: Parcel, site name: String, limits: SiteLimits = SiteLimits(), now: MonotonicInstant)
    {
        let site = site(named: name, limits: limits, now: now)
        admit(parcel, to: site, now: now)
    }

    /// Finishes all deliveries of a batch alike and asks for the lane's next batch.
    mutating func finishAndGoOn(_ batch: Batch, _ outcome: Outcome, now: MonotonicInstant) -> Batch? {
        _ = finish(batch, [Outcome](repeating: outcome, count: batch.count), now: now)
        return next(on: batch.lane, of: batch.site, carried: 1, now: now)
    }

    /// Why each delivery of a message is where it is, by the clock as the scheduler knows it.
    func explain(
        _ id: UUIDv7, now: MonotonicInstant? = nil
    ) -> [(recipient: UInt32, reason: WaitReason)] {
        guard let message = find(id) else { return [] }
        let now = now ?? clock.instant(timers.elapsed)
        var reasons: [(recipient: UInt32, reason: WaitReason)] = []
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            reasons.append((deliveries[delivery].recipient, reason(for: delivery, now: now)))
            delivery = deliveries[delivery].nextSibling
        }
        return reasons
    }

    /// Which flows are out of their rings, and until when.
    func parkedFlows() -> [(flow: UInt32, site: SiteIndex, until: UInt64?)] {
        var parked: [(flow: UInt32, site: SiteIndex, until: UInt64?)] = []
        for site in siteNumbers.numbers.sorted() {
            var flow = sites[site].firstFlow
            while flow != .none {
                if flows[flow].isParked { parked.append((flow, site, flowTimers.time(of: flow))) }
                flow = flows[flow].nextOfSite
            }
        }
        return parked
    }

    func recipients(_ batch: Batch) -> [UInt32] { contents(of: batch).recipients }
}
