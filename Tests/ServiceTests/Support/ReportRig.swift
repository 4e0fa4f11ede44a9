import DNSAuth
import Foundation
import Mail
import MartletTesting
import Synchronization

@testable import Service
@testable import Storage

/// A real report store, a resolver, a queue and an HTTP client that remember.
final class ReportRig: Sendable {
    let folder: String
    let database: ReportDatabase
    let time = VirtualTime(start: WallTime(milliseconds: 1_700_049_600_000))
    let dns = ChangingNames()
    let queue: MemoryIntake
    let web = FakeWeb()
    static let submitter = Domain(canonical: "receiver.example")
    static let identity = ReportIdentity(
        organization: "Receiver", submitter: submitter, contact: Mailbox(localPart: "reports", domain: submitter))

    init() {
        folder = FileManager.default.temporaryDirectory.appending(path: "martlet-reports-\(UUID())").path
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard let database = try? ReportDatabase.open(folder: folder) else { fatalError("no database in \(folder)") }
        self.database = database
        queue = MemoryIntake(time: time)
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var store: any ReportStore { database.reports }

    func intake() throws -> ReportIntake {
        ReportIntake(
            store: store,
            addresses: [
                Mailbox(localPart: "dmarc-reports", domain: Self.submitter),
                Mailbox(localPart: "tls-reports", domain: Self.submitter),
            ])
    }

    func daily(spread: Duration = .zero) -> DailyReports {
        var options = DailyReports.Options(
            identity: ReportSender(identity: Self.identity, tenant: UUIDv7(high: 1, low: 1)))
        options.spread = spread
        return DailyReports(
            store: store, requests: PublishedReportRequests(resolver: dns), intake: queue, fetcher: web, time: time,
            options: options)
    }

    func results(of author: String, passes: Bool) -> MessageAuthentication {
        let domain = Domain(canonical: author)
        return MessageAuthentication(
            spf: [], dkim: [DKIMOutcome(passes ? .pass : .fail, reason: "", domain: domain, selector: "s")],
            dmarc: DMARCOutcome(
                passes ? .pass : .fail, reason: "", author: domain, recordDomain: domain, policy: .reject,
                disposition: passes ? .none : .reject, isDKIMAligned: passes), arc: ARCOutcome(.none, reason: ""))
    }

    static let client = MessageClient(
        address: .v4(0xC000_0201), helo: "mx.reporter.example", sender: Mailbox("r@reporter.example"))

    func message(_ number: Int, _ content: [UInt8], passes: Bool = true) -> InboundMessage {
        InboundMessage(
            id: UUIDv7(at: time.wall + .milliseconds(number), random: (0, UInt64(number))), receivedAt: time.wall,
            client: Self.client,
            envelope: Envelope(
                sender: Self.client.sender,
                recipients: [Recipient(Mailbox(localPart: "dmarc-reports", domain: Self.submitter))]),
            content: Content(original: content), authentication: results(of: "reporter.example", passes: passes),
            tls: nil)
    }

    static func row(_ source: UInt32, count: Int) -> AggregateRow {
        AggregateRow(
            source: .v4(source), count: count, disposition: .pass, isDKIMAligned: true, isSPFAligned: false,
            headerFrom: "example.org", envelopeFrom: "example.org",
            dkim: [AggregateDKIM(domain: "example.org", selector: "s", result: .pass)],
            spf: [AggregateSPF(domain: "example.org", result: .none)])
    }

    /// As another engine would report to us.
    func aggregateMail() throws -> [UInt8] {
        let about = Domain(canonical: "example.org")
        let report = ReportAssembly.aggregate(
            [Self.row(0xC000_0205, count: 12)], policy: AggregatePolicy(domain: "example.org", p: .reject),
            about: about, day: 19_675, by: Self.identity)
        let mail = ReportMail(
            submitter: Self.submitter, from: NamedMailbox(mailbox: Self.identity.contact),
            to: [Self.identity.contact], date: time.wall, messageID: "<a@receiver.example>", seed: 1)
        return try mail.compose(report, packed: GzipFile.pack(AggregateReportWriter.xml(report)))
    }

    static func attached(_ file: [UInt8]) -> String {
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n\(Base64.encode(file))\r\n"
    }

    static let tlsMail = Array(
        """
        Content-Type: application/tlsrpt+json\r
        \r
        {"organization-name":"O","contact-info":"c","report-id":"1","date-range":{"start-datetime":
        "2023-11-14T00:00:00Z","end-datetime":"2023-11-14T23:59:59Z"},"policies":[{"policy":{"policy-type":"sts",
        "policy-domain":"example.org"},"summary":{"total-successful-session-count":5,
        "total-failure-session-count":0}}]}\r

        """.utf8)

    static let feedbackMail = Array(
        """
        Content-Type: multipart/report; report-type=feedback-report; boundary=b\r
        \r
        --b\r
        Content-Type: message/feedback-report\r
        \r
        Feedback-Type: abuse\r
        Version: 1\r
        User-Agent: x\r
        Reported-Domain: example.org\r
        --b--\r

        """.utf8)
}

/// An HTTP client that remembers what was asked and answers as it is told.
final class FakeWeb: HTTPFetcher {
    private let state = Mutex(State())

    private struct State {
        var requests: [HTTPFetch] = []
        var status = 200
    }

    var requests: [HTTPFetch] { state.withLock { $0.requests } }
    func answer(_ status: Int) { state.withLock { $0.status = status } }

    func fetch(_ request: HTTPFetch) async throws(HTTPFetchFailure) -> HTTPFetched {
        let status = state.withLock { state in
            state.requests.append(request)
            return state.status
        }
        return HTTPFetched(status: status, contentType: "", body: [])
    }
}

/// A DNS that tests change while somebody uses it.
final class ChangingNames: Resolver {
    private let names = Mutex(FakeResolver())

    func change(_ body: (inout FakeResolver) -> Void) { names.withLock { body(&$0) } }
    private var now: FakeResolver { names.withLock { $0 } }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { try await now.mx(name) }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { try await now.addresses(name) }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try await now.txt(name) }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await now.tlsa(name) }
    func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> { try await now.alias(name) }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await now.ptr(address) }
}
