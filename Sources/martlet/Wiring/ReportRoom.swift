import DNSAuth
import Mail
import Service
import Storage

/// Reports in both directions: counts on their way into the file, the daily reports made of them, and what others sent.
struct ReportRoom {
    let database: ReportDatabase
    /// Counts what comes in, for aggregate reports; `nil` when none are made.
    let messages: AggregateAccumulator?
    /// Counts TLS sessions, for TLS reports; `nil` when none are made.
    let sessions: TLSReportAccumulator?
    private let configuration: ReportConfiguration
    private let time: any TimeSource

    init(_ configuration: Configuration, time: any TimeSource) throws(StartFailure) {
        do { database = try ReportDatabase.open(folder: configuration.data) } catch {
            throw StartFailure(database: "report", in: configuration.data, error)
        }
        self.configuration = configuration.reports
        self.time = time
        let isSending = configuration.reports.contact != nil
        messages = isSending && configuration.reports.sendsDMARC ? AggregateAccumulator() : nil
        sessions = isSending && configuration.reports.sendsTLS ? TLSReportAccumulator() : nil
    }

    /// Where inbound mail goes: reports to their reader, the rest to where mail is kept.
    /// - Parameter obstacle: why nothing may be written now; `nil`: it may.
    func sink(keeping kept: any InboundSink, obstacle: @escaping @Sendable () -> Refusal?) -> any InboundSink {
        let intake = ReportIntake(store: database.reports, addresses: configuration.addresses)
        let sorted = SortedInbound(sinks: [intake, kept], obstacle: obstacle)
        guard let messages else { return sorted }
        return CountedSink(sorted, counts: messages)
    }

    /// The work in the background, until it is cancelled.
    func tasks(
        hostname: String, tenant: UUIDv7, resolver: any Resolver, intake: any Intake,
        obstacle: @escaping @Sendable () -> Refusal?, fetcher: any HTTPFetcher, rules: DMARCRules
    ) -> [Task<Void, Never>] {
        guard let contact = configuration.contact else { return [Task { await clean() }] }
        let identity = ReportIdentity(
            organization: configuration.organization, submitter: Domain(canonical: hostname.lowercased()),
            contact: contact)
        var options = DailyReports.Options(identity: ReportSender(identity: identity, tenant: tenant))
        options.retention = configuration.retention
        let daily = DailyReports(
            store: database.reports, requests: PublishedReportRequests(resolver: resolver, rules: rules),
            intake: YieldingIntake(intake: intake, obstacle: obstacle), fetcher: fetcher, time: time,
            options: options)
        let collector = ReportCollector(
            aggregate: messages ?? AggregateAccumulator(), tls: sessions ?? TLSReportAccumulator(),
            store: database.reports, time: time)
        return [Task { await collector.run() }, Task { await daily.run() }]
    }

    /// Once a day, where no daily reports do it.
    private func clean() async {
        while !Task.isCancelled {
            _ = try? await database.reports.removeReports(before: time.wall - configuration.retention)
            do { try await time.sleep(for: .seconds(86_400)) } catch { return }
        }
    }
}

/// Reports are notifications, which are taken however full the disk is; but unlike a failure notice nobody is owed one.
private struct YieldingIntake: Intake {
    let intake: any Intake
    let obstacle: @Sendable () -> Refusal?

    func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        if let obstacle = obstacle() { throw obstacle }
        return try await intake.accept(submission)
    }
}

/// Shares inbound mail out by recipient: each to the first sink that takes it.
struct SortedInbound: InboundSink {
    let sinks: [any InboundSink]
    let obstacle: @Sendable () -> Refusal?

    func refusal(for recipient: Mailbox) async -> Reply? {
        var last: Reply?
        for sink in sinks {
            guard let refusal = await sink.refusal(for: recipient) else { return nil }
            last = refusal
        }
        return last
    }

    /// A client that is refused in the middle comes again, so the first sink may get a message twice. None is lost.
    func deliver(_ message: InboundMessage) async throws(Refusal) {
        if let obstacle = obstacle() { throw obstacle }
        var rest = message.envelope.recipients
        for sink in sinks where !rest.isEmpty {
            var own: [Recipient] = []
            var others: [Recipient] = []
            for recipient in rest {
                if await sink.refusal(for: recipient.mailbox) == nil {
                    own.append(recipient)
                } else {
                    others.append(recipient)
                }
            }
            rest = others
            guard !own.isEmpty else { continue }
            var part = message
            part.envelope.recipients = own
            try await sink.deliver(part)
        }
    }
}
