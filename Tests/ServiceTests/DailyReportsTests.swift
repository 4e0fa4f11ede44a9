import DNSAuth
import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Service
@testable import Storage

/// The reports that we owe others, day after day.
@Suite struct DailyReportsTests {
    let rig = ReportRig()
    static let about = Domain(canonical: "example.org")
    /// The day of the rig's clock.
    static let day = 19_676

    private func count(_ messages: Int = 3, day: Int = day) async throws {
        try await rig.store.add(
            [PendingAggregate(domain: Self.about, day: day, row: ReportRig.row(0xC000_0207, count: messages))], [])
    }

    private func countTLS() async throws {
        let tls = TLSReportAccumulator()
        for failure in [nil, nil, TLSAttempt.Failure.certificateExpired] {
            tls.record(
                TLSAttempt(
                    destination: Self.about, policy: .none, failure: failure, at: rig.time.wall,
                    receivingHost: "mx.example.org"))
        }
        try await rig.store.add([], tls.drain())
    }

    private func publish(_ dmarc: String?, tls: String? = nil) {
        rig.dns.change {
            $0.txt["_dmarc.example.org"] = dmarc.map { [$0] }
            $0.txt["_smtp._tls.example.org"] = tls.map { [$0] }
        }
    }

    @Test func `A report goes out once, after its day`() async throws {
        publish("v=DMARC1; p=reject; sp=none; adkim=s; rua=mailto:dmarc@example.org,mailto:second@a.example.org")
        try await count()
        let daily = rig.daily()
        #expect(await daily.round() == 0)
        rig.time.advance(by: .seconds(12 * 3600 + 299))
        #expect(await daily.round() == 0)
        rig.time.advance(by: .seconds(1))
        #expect(await daily.round() == 1)
        #expect(await daily.round() == 0)
        // Not even a new process does it again.
        #expect(await rig.daily().round() == 0)
        let sent = rig.queue.submissions
        #expect(
            sent.flatMap(\.envelope.recipients).map { "\($0.mailbox)" } == [
                "dmarc@example.org", "second@a.example.org",
            ])
        #expect(sent.allSatisfy { $0.envelope.sender == ReportRig.identity.contact })
        guard case .aggregate(let report) = try ReportReader.read(message: sent[0].content.original) else {
            Issue.record("our report is none")
            return
        }
        #expect(report.messageCount == 3)
        #expect(report.policy.adkim == .strict)
        #expect(report.policy.sp == DMARCPolicy.none)
        #expect(report.policy.discovery == .treeWalk)
        #expect(report.reporter.begin.utcDay == Self.day)
        #expect(try await rig.store.pendingAggregate(Self.about, day: Self.day).isEmpty)
    }

    @Test func `Strangers get no reports that they did not ask for`() async throws {
        publish("v=DMARC1; p=none; rua=mailto:victim@stranger.example,mailto:r@consumer.example")
        rig.dns.change { $0.txt["example.org._report._dmarc.consumer.example"] = ["v=DMARC1"] }
        try await count()
        rig.time.advance(by: .seconds(86_400))
        #expect(await rig.daily().round() == 1)
        #expect(
            rig.queue.submissions.flatMap(\.envelope.recipients).map { "\($0.mailbox)" } == ["r@consumer.example"])
    }

    @Test func `A domain that wants none gets none, and its counts go`() async throws {
        publish("v=DMARC1; p=none")
        try await count()
        rig.time.advance(by: .seconds(86_400))
        #expect(await rig.daily().round() == 1)
        #expect(rig.queue.submissions.isEmpty)
        #expect(try await rig.store.pendingAggregate(Self.about, day: Self.day).isEmpty)
    }

    @Test func `A queue that refuses is asked again later`() async throws {
        publish("v=DMARC1; p=none; rua=mailto:dmarc@example.org")
        try await count()
        rig.time.advance(by: .seconds(86_400))
        let daily = rig.daily()
        rig.queue.refusal = .diskLow
        #expect(await daily.round() == 0)
        rig.queue.refusal = nil
        #expect(await daily.round() == 0)
        rig.time.advance(by: .seconds(1800))
        #expect(await daily.round() == 1)
        #expect(rig.queue.submissions.count == 1)
    }

    /// SIGTERM comes while a report is on its way: the work is cancelled, and the next process sends the report.
    @Test func `What a shutdown interrupts goes out afterwards`() async throws {
        publish("v=DMARC1; p=none; rua=mailto:dmarc@example.org")
        try await count()
        rig.time.advance(by: .seconds(86_400))
        let stopping = StoppingIntake()
        let daily = DailyReports(
            store: rig.store, requests: PublishedReportRequests(resolver: rig.dns), intake: stopping, fetcher: rig.web,
            time: rig.time,
            options: .init(identity: ReportSender(identity: ReportRig.identity, tenant: UUIDv7(high: 1, low: 1))))
        let round = Task { await daily.round() }
        stopping.stop.withLock { $0 = { round.cancel() } }
        #expect(await round.value == 0)
        #expect(await rig.daily().round() == 1)
        #expect(rig.queue.submissions.count == 1)
    }

    @Test func `After three days a report is given up`() async throws {
        publish("v=DMARC1; p=none; rua=mailto:dmarc@example.org")
        try await count()
        rig.time.advance(by: .seconds(5 * 86_400))
        #expect(await rig.daily().round() == 1)
        #expect(rig.queue.submissions.isEmpty)
    }

    @Test func `Reports are spread over four hours, each at a time of its own`() async throws {
        var tasks = 0
        for number in 0..<40 {
            let domain = Domain(canonical: "d\(number).example")
            try await rig.store.add(
                [PendingAggregate(domain: domain, day: Self.day, row: ReportRig.row(1, count: 1))], [])
        }
        rig.time.advance(by: .seconds(12 * 3600 + 300))
        let daily = rig.daily(spread: .seconds(4 * 3600))
        var rounds: [Int] = []
        for _ in 0..<9 {
            rounds.append(await daily.round())
            tasks += rounds[rounds.count - 1]
            rig.time.advance(by: .seconds(1800))
        }
        #expect(tasks == 40)
        #expect(rounds.filter { $0 > 0 }.count >= 6, "\(rounds)")
    }

    @Test func `TLS reports go by mail and by POST`() async throws {
        publish(nil, tls: "v=TLSRPTv1; rua=mailto:tls@example.org,https://example.org/report")
        try await countTLS()
        rig.time.advance(by: .seconds(86_400))
        #expect(await rig.daily().round() == 1)
        let mail = try #require(rig.queue.submissions.first)
        guard case .tls(let report) = try ReportReader.read(message: mail.content.original) else {
            Issue.record("our report is none")
            return
        }
        #expect(report.policies.map(\.successes) == [2])
        #expect(report.policies[0].details.map(\.result) == [.certificateExpired])
        let post = try #require(rig.web.requests.first)
        #expect(post.url == "https://example.org/report")
        #expect(post.headers.map(\.value) == ["application/tlsrpt+gzip"])
        guard case .tls(let posted) = try ReportReader.read(file: post.body) else {
            Issue.record("what was posted is no report")
            return
        }
        #expect(posted == report)
    }

    @Test(arguments: [(503, true), (404, false)])
    func `A server that fails is asked again, one that refuses is not`(status: Int, isRetried: Bool) async throws {
        publish(nil, tls: "v=TLSRPTv1; rua=https://example.org/report")
        try await countTLS()
        rig.time.advance(by: .seconds(86_400))
        let daily = rig.daily()
        rig.web.answer(status)
        #expect(await daily.round() == (isRetried ? 0 : 1))
        rig.web.answer(201)
        rig.time.advance(by: .seconds(1800))
        #expect(await daily.round() == (isRetried ? 1 : 0))
        #expect(rig.web.requests.count == (isRetried ? 2 : 1))
    }

    @Test func `What was counted is stored, and counted again when it cannot be`() async throws {
        let aggregate = AggregateAccumulator()
        let tls = TLSReportAccumulator()
        let collector = ReportCollector(aggregate: aggregate, tls: tls, store: rig.store, time: rig.time)
        aggregate.record(rig.results(of: "example.org", passes: true), from: ReportRig.client, at: rig.time.wall)
        await collector.flush()
        #expect(try await rig.store.pendingAggregate(Self.about, day: Self.day).map(\.row.count) == [1])
        rig.database.close()
        aggregate.record(rig.results(of: "example.org", passes: true), from: ReportRig.client, at: rig.time.wall)
        tls.record(TLSAttempt(destination: Self.about, policy: .none, at: rig.time.wall))
        await collector.flush()
        #expect(aggregate.drain().count == 1)
        #expect(tls.drain().count == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `It goes on day after day until it is stopped`() async throws {
        publish("v=DMARC1; p=none; rua=mailto:dmarc@example.org")
        let daily = rig.daily()
        let running = Task { await daily.run() }
        for day in 0..<3 {
            try await count(day: Self.day + day)
            while rig.queue.submissions.count <= day {
                await Task.yield()
                if rig.time.pendingCount > 0 { rig.time.advance(by: .seconds(3600)) }
            }
        }
        running.cancel()
        await running.value
        #expect(rig.queue.submissions.count == 3)
    }

    @Test(.timeLimit(.minutes(1))) func `The last counts are stored when the engine stops`() async throws {
        let aggregate = AggregateAccumulator()
        let collector = ReportCollector(
            aggregate: aggregate, tls: TLSReportAccumulator(), store: rig.store, time: rig.time)
        let running = Task { await collector.run() }
        while rig.time.pendingCount == 0 { await Task.yield() }
        aggregate.record(rig.results(of: "example.org", passes: true), from: ReportRig.client, at: rig.time.wall)
        running.cancel()
        await running.value
        #expect(try await rig.store.pendingAggregate(Self.about, day: Self.day).map(\.row.count) == [1])
    }
}

/// A shutdown begins while a report is handed in.
private final class StoppingIntake: Intake {
    let stop = Mutex<(@Sendable () -> Void)?>(nil)

    func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        while true {
            if let stop = stop.withLock({ $0 }) {
                stop()
                throw .shuttingDown
            }
            await Task.yield()
        }
    }
}
