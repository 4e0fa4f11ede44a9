import CoreMetrics
import DNSAuth
import Synchronization

/// Brings what resolvers and the MTA-STS cache count for themselves into `/metrics`.
final class LookupMetrics: Sendable {
    private struct Resolving {
        let resolver: DNSResolver
        let results: [(counter: Counter, count: any KeyPath<ResolverCounts, Int> & Sendable)]
    }

    private let resolving: [Resolving]
    private let sts: MTASTSCache
    private let stsResults: [(counter: Counter, count: any KeyPath<MTASTSCounts, Int> & Sendable)]
    private let policies = Gauge(label: "martlet_mta_sts_policies")
    /// What was counted up to the last update, in the order of the counters.
    private let known = Mutex<[Int]>([])

    /// - Parameter resolvers: each with what it is for.
    init(resolvers: [(purpose: String, resolver: DNSResolver)], sts: MTASTSCache) {
        resolving = resolvers.map { purpose, resolver in
            func counter(_ label: String, _ more: [(String, String)] = []) -> Counter {
                Counter(label: label, dimensions: [("for", purpose)] + more)
            }
            return Resolving(
                resolver: resolver,
                results: [
                    (counter("martlet_dns_cache_hits_total"), \.hits),
                    (counter("martlet_dns_lookups_total"), \.misses),
                    (counter("martlet_dns_failures_total"), \.failures),
                    (counter("martlet_dns_queries_total", [("by", "udp")]), \.datagrams),
                    (counter("martlet_dns_queries_total", [("by", "tcp")]), \.streams),
                ])
        }
        self.sts = sts
        stsResults = [
            (Counter(label: "martlet_mta_sts_cache_hits_total"), \.hits),
            (Counter(label: "martlet_mta_sts_fetches_total"), \.fetches),
            (Counter(label: "martlet_mta_sts_fetch_failures_total"), \.failures),
            (Counter(label: "martlet_mta_sts_save_failures_total"), \.failedSaves),
        ]
    }

    func update() {
        let counts = sts.counts
        policies.record(counts.policies)
        var now: [(counter: Counter, value: Int)] = resolving.flatMap { entry in
            let counts = entry.resolver.counts
            return entry.results.map { ($0.counter, counts[keyPath: $0.count]) }
        }
        now += stsResults.map { ($0.counter, counts[keyPath: $0.count]) }
        known.withLock { known in
            for (index, entry) in now.enumerated() {
                entry.counter.increment(by: entry.value - (index < known.count ? known[index] : 0))
            }
            known = now.map(\.value)
        }
    }
}
