import Foundation
import GRDB
import Mail
import Testing

@testable import Storage

/// Reports over a real `reports.sqlite`.
@Suite struct ReportStoreTests {
    let folder: TemporaryFolder
    let database: ReportDatabase
    var store: any ReportStore { database.reports }

    init() throws {
        folder = try TemporaryFolder()
        database = try ReportDatabase.open(folder: folder.path)
    }

    static func row(_ source: String, count: Int, aligned: Bool = true, from: String = "example.org") -> AggregateRow {
        AggregateRow(
            source: IPAddress(source), count: count, disposition: aligned ? .pass : .reject, isDKIMAligned: aligned,
            isSPFAligned: false, overrides: [AggregateOverride(.other, comment: "a \"quoted\" one")],
            headerFrom: from, envelopeFrom: "", envelopeTo: nil,
            dkim: [AggregateDKIM(domain: from, selector: "s", result: .pass, comment: "é")],
            spf: [AggregateSPF(domain: "b.example", scope: nil, result: .softfail)])
    }

    static func aggregate(_ reportID: String = "r1", domain: String = "example.org") -> AggregateReport {
        AggregateReport(
            reporter: ReporterIdentity(
                organization: "Reporter", email: "a@b.example", contact: "c", reportID: reportID,
                begin: WallTime(milliseconds: 1_700_006_400_000), end: WallTime(milliseconds: 1_700_092_799_000),
                errors: ["e"], generator: "g"),
            policy: AggregatePolicy(
                domain: domain, p: .reject, sp: DMARCPolicy.none, adkim: .strict, percent: 50, isTesting: false,
                discovery: .treeWalk),
            rows: [row("192.0.2.1", count: 5), row("2001:db8::1", count: 2, aligned: false)],
            repairs: [.missing(field: "spf.domain"), .notWellFormed])
    }

    static func stored(_ number: Int, _ content: StoredReport.Content) -> StoredReport {
        StoredReport(
            id: Samples.id(number), receivedAt: Samples.noon, sender: "r@reporter.example", isAuthenticated: true,
            content: content)
    }

    @Test(arguments: ["no database", "a spoiled page"]) func `A damaged file is put aside`(_ what: String) throws {
        database.close()
        let path = "\(folder.path)/reports.sqlite"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // The first 100 bytes are the file's header, and behind them stands the schema.
        let spoiled = what == "no database" ? 0..<bytes.count : 100..<4_096
        for index in spoiled { bytes[index] = 0xA5 }
        try bytes.write(to: URL(fileURLWithPath: path))
        for number in 1...2 {
            let again = try ReportDatabase.open(folder: folder.path)
            again.close()
            let kept = URL(fileURLWithPath: "\(folder.path)/reports.damaged-\(number).sqlite")
            #expect(try Data(contentsOf: kept) == bytes)
            try bytes.write(to: URL(fileURLWithPath: path))
        }
    }

    @Test func `A report of each kind comes back as it went in`() async throws {
        var feedback = FeedbackReport(kind: .authFailure)
        feedback.sourceAddress = IPAddress("192.0.2.9")
        feedback.authFailure = .dmarc
        feedback.dkimSelector = "s"
        feedback.reportedDomains = ["example.org"]
        feedback.arrivalDate = Samples.noon
        feedback.original = Array("Subject: x\r\n\r\n".utf8)
        feedback.originalHeader = HeaderSummary.scan(feedback.original)
        feedback.repairs = [.unknownValue(field: "delivery-result")]
        let tls = TLSReport(
            organization: "O", contact: "c@d.example", reportID: "t1", begin: Samples.noon, end: Samples.noon,
            policies: [
                TLSReportPolicy(
                    kind: .sts, strings: ["version: STSv1"], domain: "example.org", hosts: ["*.example.org"],
                    successes: 3, failures: 1,
                    details: [TLSReportFailure(.certificateExpired, receivingHost: "mx.example.org", count: 1)])
            ], repairs: [.inconsistentCounts])
        let all: [StoredReport.Content] = [
            .report(.aggregate(Self.aggregate())), .report(.tls(tls)), .report(.failure(feedback)),
            .unreadable(reason: "not JSON", message: [0, 255, 13, 10]),
        ]
        for (number, content) in all.enumerated() {
            let report = Self.stored(number, content)
            #expect(try await store.insert(report))
            let found = try await store.report(report.id)
            #expect(found == report)
        }
        let missing = try await store.report(Samples.id(99))
        #expect(missing == nil)
        let listed = try await store.reports(ReportQuery())
        #expect(listed.map(\.kind) == [nil, .failure, .tls, .aggregate])
        #expect(listed.map(\.total) == [0, 1, 4, 7])
        #expect(listed.map(\.failed) == [0, 1, 1, 2])
        #expect(listed[0].reason == "not JSON")
    }

    @Test func `A report that is sent again is stored once`() async throws {
        #expect(try await store.insert(Self.stored(1, .report(.aggregate(Self.aggregate())))))
        #expect(try await !store.insert(Self.stored(2, .report(.aggregate(Self.aggregate())))))
        #expect(try await store.insert(Self.stored(3, .report(.aggregate(Self.aggregate("r2"))))))
        for number in 4...5 {
            #expect(try await store.insert(Self.stored(number, .unreadable(reason: "x", message: []))))
        }
        #expect(try await store.reports(ReportQuery()).count == 4)
    }

    @Test func `A forged report does not keep out the one it imitates`() async throws {
        var forged = Self.stored(1, .report(.aggregate(Self.aggregate())))
        forged.isAuthenticated = false
        #expect(try await store.insert(forged))
        var other = Self.stored(2, .report(.aggregate(Self.aggregate())))
        other.sender = "evil.example"
        #expect(try await store.insert(other))
        #expect(try await store.insert(Self.stored(3, .report(.aggregate(Self.aggregate())))))
        #expect(try await !store.insert(Self.stored(4, .report(.aggregate(Self.aggregate())))))
    }

    @Test func `A list is of one domain and what lies below it, and goes on where it ended`() async throws {
        for (number, domain) in ["example.org", "a.example.org", "badexample.org", "example.net"].enumerated() {
            _ = try await store.insert(
                Self.stored(number, .report(.aggregate(Self.aggregate("r\(number)", domain: domain)))))
        }
        var query = ReportQuery(domain: Domain(canonical: "example.org"), limit: 1)
        let first = try await store.reports(query)
        #expect(first.map(\.domain) == ["a.example.org"])
        query.before = first[0].id
        #expect(try await store.reports(query).map(\.domain) == ["example.org"])
        query = ReportQuery(kind: .tls)
        #expect(try await store.reports(query).isEmpty)
    }

    @Test func `Old reports go with their rows`() async throws {
        _ = try await store.insert(Self.stored(1, .report(.aggregate(Self.aggregate()))))
        #expect(try await store.removeReports(before: Samples.noon) == 0)
        #expect(try await store.removeReports(before: Samples.noon + .seconds(1)) == 1)
        let rows = try await database.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM report_rows") }
        #expect(rows == 0)
    }

    @Test func `Counts add up, also after a restart`() async throws {
        let domain = Domain(canonical: "example.org")
        let one = PendingAggregate(domain: domain, day: 10, row: Self.row("192.0.2.1", count: 2))
        let other = PendingAggregate(domain: domain, day: 10, row: Self.row("192.0.2.2", count: 1))
        let policy = TLSReportPolicy(kind: TLSReportPolicy.Kind.none, domain: "example.org", successes: 0, failures: 0)
        let good = PendingTLS(destination: domain, day: 10, policy: policy, failure: nil, count: 3)
        var bad = good
        bad.failure = TLSReportFailure(.startTLSNotSupported, receivingHost: "mx.example.org", count: 0)
        try await store.add([one, other], [good, bad])
        database.close()
        let again = try ReportDatabase.open(folder: folder.path)
        try await again.reports.add([one], [good])
        let rows = try await again.reports.pendingAggregate(domain, day: 10)
        #expect(Set(rows.map(\.row.count)) == [4, 1])
        #expect(rows.first { $0.row.count == 1 } == other)
        let sessions = try await again.reports.pendingTLS(domain, day: 10)
        #expect(sessions.first { $0.failure == nil }?.count == 6)
        #expect(sessions.first { $0.failure != nil } == bad)
    }

    @Test func `A day is due when it is over, and begun only once`() async throws {
        let domain = Domain(canonical: "example.org")
        let entry = PendingAggregate(domain: domain, day: 10, row: Self.row("192.0.2.1", count: 2))
        var today = entry
        today.day = 11
        try await store.add([entry, today], [])
        let task = ReportTask(kind: .aggregate, domain: domain, day: 10)
        #expect(try await store.dueReports(before: 11) == [task])
        #expect(try await store.begin(task, at: Samples.noon))
        #expect(try await !store.begin(task, at: Samples.noon))
        #expect(try await store.dueReports(before: 11).isEmpty)
        try await store.release(task)
        #expect(try await store.dueReports(before: 11) == [task])
        #expect(try await store.begin(task, at: Samples.noon))
        try await store.finish(task, note: "sent to 1 address")
        try await store.release(task)
        #expect(try await !store.begin(task, at: Samples.noon))
        // What is counted late for a day that was reported is not reported again.
        try await store.add([entry], [])
        #expect(try await store.dueReports(before: 11).isEmpty)
        #expect(try await store.pendingAggregate(domain, day: 11).count == 1)
    }

    @Test func `Counts that nobody came for go`() async throws {
        let domain = Domain(canonical: "example.org")
        for day in 10...12 {
            try await store.add([PendingAggregate(domain: domain, day: day, row: Self.row("192.0.2.1", count: 1))], [])
        }
        try await store.removeCounts(before: 12)
        #expect(try await store.dueReports(before: 20).map(\.day) == [12])
    }
}
