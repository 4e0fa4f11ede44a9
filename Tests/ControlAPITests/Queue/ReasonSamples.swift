import Mail
import Testing

@testable import Queue

/// One sample at least of every case of `WaitReason` and of everything below it that is told apart.
enum ReasonSamples {
    struct Sample: Sendable, CustomTestStringConvertible {
        var reason: WaitReason
        var json: String
        var testDescription: String { "\(reason)" }
    }

    static let google = "direct:@google"

    static let reasons: [WaitReason] = [
        .underWay,
        .scheduled(until: Samples.later(3_600)),
        .retry(.remoteReply, attempts: 3, until: Samples.later(1_800)),
        .retry(nil, attempts: 1, until: Samples.later(60)),
        .routing,
        .siteBackOff(site: google, .connectionRefused, until: Samples.later(120)),
        .siteConnections(site: google, limit: 20),
        .siteConnections(site: google, limit: 1),
        .shardConnections(limit: 500),
        Samples.refusal(.site, google, .messageRate(Samples.rate(100, per: 60, burst: 1))),
        Samples.refusal(.site, google, .connectionRate(Samples.rate(10, per: 60, burst: 5))),
        Samples.refusal(.site, google, .connections(20), earliest: nil),
        Samples.refusal(.siteAndSource, google, source: "mta-1", .messageRate(Samples.rate(5, per: 1, burst: 1))),
        Samples.refusal(.siteAndSource, google, source: "mta-1", .connectionRate(Samples.rate(1, per: 1, burst: 1))),
        Samples.refusal(.siteAndSource, google, source: "mta-1", .connections(2), earliest: nil),
        Samples.refusal(.source, "mta-1", .messageRate(Samples.rate(1_000, per: 3_600, burst: 1))),
        Samples.refusal(.source, "mta-1", .connectionRate(Samples.rate(7, per: 90, burst: 1))),
        Samples.refusal(.source, "mta-1", .connections(1), earliest: nil),
        Samples.refusal(.campaign, "c1", .messageRate(Samples.rate(50, per: 7_200, burst: 1))),
        Samples.refusal(.campaign, "c1", .connectionRate(Samples.rate(50, per: 172_800, burst: 1))),
        Samples.refusal(.campaign, "c1", .connections(3), earliest: nil),
        Samples.refusal(.tenant, "t1", .messageRate(Samples.rate(50, per: 86_400, burst: 1))),
        Samples.refusal(.tenant, "t1", .connectionRate(Samples.rate(50, per: 120, burst: 1))),
        Samples.refusal(.tenant, "t1", .connections(4), earliest: nil),
        .held(Samples.hold(.site(google))),
        .held(Samples.hold(.tenant(Samples.id(1)), .operator(by: "ops", reason: ""), until: 7_200)),
        .held(Samples.hold(.siteAndTenant(site: google, tenant: Samples.id(1)))),
        .held(Samples.hold(.campaign(Samples.id(3)))),
        .held(
            Samples.hold(
                .siteAndSource(site: google, source: "mta-1"), .rule(name: "google-421", reply: "421 4.7.28 slow down"),
                until: 600)),
        .held(Samples.hold(.source("mta-1"), .sourceHealth("its address is gone"))),
        .held(Samples.hold(.source("mta-1"), .sourceHealth("its proxy does not answer"), until: 30)),
        .daily(
            DailyRefusal(
                cause: .warmup(source: "mta-1", group: "google", stage: 3, cap: 1_000, sent: 1_000),
                earliest: Samples.later(40_000))),
        .daily(DailyRefusal(cause: .warmupPaused(source: "mta-1", group: "other"), earliest: nil)),
        .daily(
            DailyRefusal(cause: .warmupPaused(source: "mta-1", group: "other"), earliest: Samples.later(80_000))),
        .daily(
            DailyRefusal(
                cause: .quota(rule: "quotas[0]", key: .tenantQuota(Samples.id(1)), cap: 5_000, sent: 5_000),
                earliest: Samples.later(40_000))),
        .daily(
            DailyRefusal(
                cause: .quota(rule: "quotas[1]", key: .campaignQuota(Samples.id(3)), cap: 50, sent: 50), earliest: nil)
        ),
        .daily(DailyRefusal(cause: .reserving(.warmup(source: "mta-1", group: "google")), earliest: nil)),
        .daily(DailyRefusal(cause: .reserving(.tenantQuota(Samples.id(1))), earliest: nil)),
        .turn(site: google),
        .suspended(.journal),
        .suspended(.draining),
    ]

    static let all: [Sample] = zip(reasons, golden).map { Sample(reason: $0, json: $1) }
}
