import Mail
import Testing

@testable import DNSAuth

/// Counting for the reports to come: right, bounded, and from many threads.
@Suite struct ReportAccumulatorTests {
    static let noon = WallTime(milliseconds: 1_700_049_600_000)

    static func results(
        _ author: String = "example.com", pass: Bool = true, policy: DMARCPolicy = .reject, testing: Bool = false,
        selector: String = "s"
    ) -> MessageAuthentication {
        let domain = Domain(canonical: author)
        return MessageAuthentication(
            spf: [
                SPFOutcome(.pass, identity: .mailFrom, domain: "bounce.\(author)", reason: ""),
                SPFOutcome(.none, identity: .helo, domain: "helo.example", reason: ""),
            ],
            dkim: [DKIMOutcome(pass ? .pass : .fail, reason: "", domain: domain, selector: selector)],
            dmarc: DMARCOutcome(
                pass ? .pass : .fail, reason: "", author: domain, recordDomain: domain, policy: policy,
                disposition: pass ? .none : testing ? .quarantine : policy, isTesting: testing, isDKIMAligned: pass),
            arc: ARCOutcome(.none, reason: ""))
    }

    static let client = MessageClient(
        address: IPAddress("::ffff:192.0.2.1")!, helo: "h", sender: Mailbox("a@bounce.example.com"))

    @Test func sameMessagesAreOneRowAndOthersAreNot() throws {
        let accumulator = AggregateAccumulator()
        for _ in 0..<3 { accumulator.record(Self.results(), from: Self.client, at: Self.noon) }
        accumulator.record(Self.results(pass: false), from: Self.client, at: Self.noon)
        accumulator.record(Self.results(), from: Self.client, at: Self.noon + .seconds(86_400))
        let drained = accumulator.drain().sorted { ($0.day, $0.row.count) < ($1.day, $1.row.count) }
        #expect(drained.map(\.row.count) == [1, 3, 1])
        #expect(drained.map(\.day) == [19_676, 19_676, 19_677])
        let row = drained[1].row
        #expect(row.source == IPAddress("192.0.2.1"))
        #expect(row.disposition == .pass)
        #expect(row.envelopeFrom == "bounce.example.com")
        #expect(row.spf == [AggregateSPF(domain: "bounce.example.com", result: .pass)])
        #expect(row.dkim == [AggregateDKIM(domain: "example.com", selector: "s", result: .pass)])
        #expect(drained[0].row.disposition == .reject)
        #expect(accumulator.drain().isEmpty)
    }

    @Test func testModeIsAnOverride() {
        let accumulator = AggregateAccumulator()
        accumulator.record(Self.results(pass: false, testing: true), from: Self.client, at: Self.noon)
        let row = accumulator.drain()[0].row
        #expect(row.disposition == .quarantine)
        #expect(row.overrides == [AggregateOverride(.policyTestMode)])
    }

    @Test func withoutARecordNothingIsCounted() {
        let accumulator = AggregateAccumulator()
        var results = Self.results()
        results.dmarc.recordDomain = nil
        accumulator.record(results, from: Self.client, at: Self.noon)
        #expect(accumulator.drain().isEmpty)
    }

    @Test func memoryIsBoundedAndNothingIsLostInSilence() {
        let accumulator = AggregateAccumulator(limit: 100)
        for number in 0..<1_000 {
            accumulator.record(Self.results(selector: "s\(number)"), from: Self.client, at: Self.noon)
        }
        for number in 0..<1_000 {
            accumulator.record(Self.results("d\(number).example"), from: Self.client, at: Self.noon)
        }
        let drained = accumulator.drain()
        #expect(drained.count == 100)
        #expect(drained.reduce(0) { $0 + $1.row.count } + accumulator.dropped == 2_000)
        // Nine tenths with their details, then one row without.
        #expect(drained.map(\.row).filter { $0.dkim.isEmpty }.map(\.count).max() == 910)
    }

    @Test func whatCouldNotBeStoredIsPutBack() {
        let accumulator = AggregateAccumulator()
        accumulator.record(Self.results(), from: Self.client, at: Self.noon)
        let drained = accumulator.drain()
        accumulator.record(Self.results(), from: Self.client, at: Self.noon)
        accumulator.restore(drained)
        #expect(accumulator.drain().map(\.row.count) == [2])
    }

    @Test func sessionsOfOnePolicyAddUp() throws {
        let accumulator = TLSReportAccumulator()
        let destination = Domain(canonical: "example.com")
        let sts = MTASTSPolicy(mode: .enforce, mx: ["*.example.com"], maxAge: 1, id: "1", lines: ["version: STSv1"])
        func attempt(_ policy: TLSAttempt.Policy, _ failure: TLSAttempt.Failure? = nil) -> TLSAttempt {
            TLSAttempt(
                destination: destination, policy: policy, failure: failure, detail: failure == nil ? "" : "why",
                at: Self.noon, sendingAddress: "192.0.2.1", receivingAddress: "192.0.2.2",
                receivingHost: "mx.example.com")
        }
        for _ in 0..<4 { accumulator.record(attempt(.sts(sts))) }
        for _ in 0..<2 { accumulator.record(attempt(.sts(sts), .certificateExpired)) }
        accumulator.record(attempt(.sts(sts), .validationFailure))
        accumulator.record(attempt(.tlsa(records: ["3 1 1 ab"], host: "mx.example.com")))
        let report = ReportAssembly.tls(
            accumulator.drain(), about: destination, day: 19_676, by: AggregateReportWriterTests.identity)
        #expect(report.policies.count == 2)
        let policy = try #require(report.policies.first { $0.kind == .sts })
        #expect(policy.successes == 4)
        #expect(policy.failures == 3)
        #expect(policy.details.map(\.count).sorted() == [1, 2])
        #expect(policy.strings == ["version: STSv1"])
        #expect(report.policies.first { $0.kind == .tlsa }?.hosts == ["mx.example.com"])
    }

    @Test func manyThreadsCountOnce() async {
        let aggregate = AggregateAccumulator()
        let tls = TLSReportAccumulator(limit: 50)
        let drained = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var taken = 0
                    for number in 0..<500 {
                        aggregate.record(Self.results(), from: Self.client, at: Self.noon)
                        tls.record(
                            TLSAttempt(
                                destination: Domain(canonical: "d\(number).example"), policy: .none,
                                failure: number % 2 == 0 ? nil : .startTLSNotSupported, at: Self.noon))
                        if task == 0, number % 100 == 0 {
                            taken += tls.drain().reduce(0) { $0 + $1.count }
                        }
                    }
                    return taken
                }
            }
            return await group.reduce(0, +)
        }
        #expect(aggregate.drain().map(\.row.count) == [4_000])
        let rest = tls.drain().reduce(0) { $0 + $1.count }
        #expect(drained + rest + tls.dropped == 4_000)
    }
}
