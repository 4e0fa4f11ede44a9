/// Everything that can be set about the queue. The defaults are for production; tests hurry.
package struct QueueOptions: Sendable {
    /// Our own name: in Received, in Message-IDs we make, and as the reporting MTA (RFC 3464 §2.2.2).
    package var hostname = "localhost"
    package var intake = IntakeOptions()
    package var scheduler = SchedulerOptions()
    package var notification = NotificationOptions()
    package var watch = WatchOptions()
    /// Bytes of envelopes and contents kept in memory, over all shards. Enough for some seconds of mail; what lies longer
    /// is read back from the journal, mostly out of the system's page cache, which need not be held a second time.
    package var cacheBytes = 64 << 20
    /// Questions to the router under way at once, per shard.
    package var routeLookups = 200
    /// How often the journal is asked whether it can be written again.
    package var journalProbe = Duration.milliseconds(500)
    /// The start of jitter; `nil` takes a random one.
    package var seed: UInt64?

    package init() {}
}
