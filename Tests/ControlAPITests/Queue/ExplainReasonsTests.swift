import Foundation
import Mail
import MartletTesting
import Testing

@testable import ControlAPI
@testable import Queue
@testable import Service

/// Every reason that the scheduler can give, as `explain` shows it. A golden table: what operators' scripts read must
/// not change by accident.
@Suite struct ExplainReasonsTests {
    @Test(arguments: ReasonSamples.all)
    func `Every reason has its word, its sentence and its figures`(_ sample: ReasonSamples.Sample) {
        #expect(Self.json(sample.reason) == sample.json, "\(Self.json(sample.reason))")
    }

    @Test func `Every sample has its line in the table`() {
        #expect(ReasonSamples.reasons.count == ReasonSamples.golden.count)
    }

    @Test func `No word of the contract is missing, and none is made up`() {
        let words = Set(ReasonSamples.all.map { Self.report($0.reason).code })
        #expect(words == Set(WaitCode.allCases))
        #expect(
            Set(WaitCode.allCases.map(\.rawValue)) == [
                "warmup_cap", "site_rate", "site_connections", "source_rate", "tenant_rate", "campaign_rate", "quota",
                "suspended_by_rule", "paused", "source_unavailable", "retry_wait", "scheduled", "dns", "disk",
                "draining", "site_backoff", "shard_connections", "turn", "under_way",
            ])
    }

    @Test func `Every sentence is whole, plain and ends`() {
        for sample in ReasonSamples.all {
            let detail = Self.report(sample.reason).detail
            #expect(detail.hasSuffix("."), "\(detail)")
            #expect(!detail.lowercased().contains("unknown") && !detail.contains("Optional("), "\(detail)")
            #expect(!detail.contains("  ") && detail.count < 400, "\(detail)")
        }
    }

    @Test func `Every reason of a failed attempt has words of its own`() {
        let words = DeferralReason.allCases.map { $0.words }
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { !$0.isEmpty && !$0.hasSuffix(".") })
    }

    @Test func `An attempt that was none is not counted as one`() {
        let words = WaitWords(moment: Moment(StandingTime()))
        let said = (0...2).map {
            words.report(.retry(.shuttingDown, attempts: $0, until: Samples.later(60))).detail.prefix(36)
        }
        #expect(
            said == [
                "It was put back without an attempt b", "The first attempt failed because the",
                "2 attempts failed because the engine",
            ])
    }

    @Test func `What the queue says of the delivery goes before what the reason says`() {
        let words = WaitWords(moment: Moment(StandingTime()))
        let report = words.report(.retry(nil, attempts: 1, until: Samples.later(60)), earliest: Samples.later(90))
        #expect(report.earliest == Samples.now + .seconds(90))
        #expect(words.report(.routing, earliest: .distantFuture).earliest == nil, "a time that never comes is none")
        let over = words.report(.routing, earliest: MonotonicInstant(nanoseconds: .min))
        #expect(over.earliest == Samples.now, "what is over is now")
    }

    private static func report(_ reason: WaitReason) -> WaitReport {
        WaitWords(moment: Moment(StandingTime())).report(reason)
    }

    static func json(_ reason: WaitReason) -> String {
        String(decoding: JSONWriter.bytes(of: QueueJSON.wait(report(reason))), as: UTF8.self)
    }
}
