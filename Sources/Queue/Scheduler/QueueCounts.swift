/// How many deliveries are in which state, in one shard or, summed, in the queue.
package struct QueueCounts: Hashable, Sendable {
    package var messages = 0
    package var unrouted = 0
    package var ready = 0
    package var carried = 0
    /// For a retry or a scheduled time.
    package var waiting = 0
    package var lanes = 0
    package var sites = 0
    package var cachedBytes = 0

    package init() {}

    package var deliveries: Int { unrouted + ready + carried + waiting }

    package static func += (sum: inout Self, other: Self) {
        sum.messages += other.messages
        sum.unrouted += other.unrouted
        sum.ready += other.ready
        sum.carried += other.carried
        sum.waiting += other.waiting
        sum.lanes += other.lanes
        sum.sites += other.sites
        sum.cachedBytes += other.cachedBytes
    }
}
