import DNSAuth
import Logging
package import Mail

/// Once a UTC day is over, sends the reports about it: DMARC aggregate reports to the domains whose mail came in, TLS
/// reports to the domains that mail was sent to.
///
/// A report is begun in the store before anything goes out, so that it never goes out twice, not even when the engine
/// dies in between; then it may not go out at all. What certainly did not go out is tried again.
package actor DailyReports {
    package struct Options: Sendable {
        package var identity: ReportSender
        /// Reports are spread over so much time behind midnight (RFC 8460 §4.1 asks for up to four hours), each at a
        /// time of its own that does not change.
        package var spread = Duration.seconds(4 * 3600)
        /// Counts of the last minutes of a day come in a little later.
        package var settling = Duration.seconds(300)
        package var tick = Duration.seconds(300)
        /// Between attempts at one report.
        package var retry = Duration.seconds(1800)
        /// Days after which a report is no longer worth sending.
        package var patience = 3
        /// How long reports that came in are kept.
        package var retention = Duration.seconds(400 * 86_400)

        package init(identity: ReportSender) { self.identity = identity }
    }

    private let store: any ReportStore
    private let requests: any ReportRequests
    private let courier: ReportCourier
    private let time: any TimeSource
    private let options: Options
    private var retryAt: [ReportTask: WallTime] = [:]
    private var cleanedOn: Int?
    private let log = Logger(label: "martlet.reports")

    package init(
        store: any ReportStore, requests: any ReportRequests, intake: any Intake, fetcher: any HTTPFetcher,
        time: any TimeSource, options: Options
    ) {
        self.store = store
        self.requests = requests
        courier = ReportCourier(sender: options.identity, intake: intake, fetcher: fetcher)
        self.time = time
        self.options = options
    }

    /// Until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await round()
            do { try await time.sleep(for: options.tick) } catch { return }
        }
    }

    /// Sends what is due now. Returns how many reports were settled.
    @discardableResult
    package func round() async -> Int {
        let now = time.wall
        do throws(StorageFailure) {
            if cleanedOn != now.utcDay {
                _ = try await store.removeReports(before: now - options.retention)
                // Long after anybody would send them.
                try await store.removeCounts(before: now.utcDay - options.patience - 7)
                retryAt = retryAt.filter { $0.value > now - .seconds(86_400) }
                cleanedOn = now.utcDay
            }
            var settled = 0
            for task in try await store.dueReports(before: now.utcDay) where isTime(for: task, at: now) {
                guard !Task.isCancelled else { break }
                if try await settleWhole(task, at: now) { settled += 1 }
            }
            return settled
        } catch {
            log.error("Reports could not be made", metadata: ["reason": "\(error)"])
            return 0
        }
    }

    private func isTime(for task: ReportTask, at now: WallTime) -> Bool {
        if let retry = retryAt[task], retry > now { return false }
        let midnight = WallTime(milliseconds: Int64(task.day + 1) * 86_400_000)
        return now >= midnight + options.settling + delay(of: task)
    }

    /// Different for each report, the same after a restart.
    private func delay(of task: ReportTask) -> Duration {
        let window = options.spread.wholeMilliseconds
        guard window > 0 else { return .zero }
        let text = "\(options.identity.identity.submitter)!\(task.kind.rawValue)!\(task.domain)!\(task.day)"
        return .milliseconds(Int64(StableHash.of(text) % UInt64(window)))
    }

    /// In a task of its own: a cancelled one cancels the database's work as well, and what was begun and not released
    /// would never go out.
    private func settleWhole(_ task: ReportTask, at now: WallTime) async throws(StorageFailure) -> Bool {
        let work = Task { () async -> Result<Bool, StorageFailure> in
            do throws(StorageFailure) { return .success(try await settle(task, at: now)) } catch {
                return .failure(error)
            }
        }
        return try await work.value.get()
    }

    private func settle(_ task: ReportTask, at now: WallTime) async throws(StorageFailure) -> Bool {
        guard try await store.begin(task, at: now) else { return false }
        let outcome: ReportCourier.Outcome
        if now.utcDay - task.day > options.patience {
            outcome = .dropped(note: "given up after \(options.patience) days")
        } else {
            do throws(StorageFailure) { outcome = try await make(task, at: now) } catch {
                outcome = .postponed(reason: "its counts cannot be read: \(error)")
            }
        }
        switch outcome {
        case .sent(let note):
            try await finish(task, "sent to \(note)")
            log.info("A report was sent", metadata: Self.metadata(task, note))
            return true
        case .dropped(let note):
            try await finish(task, "not sent: \(note)")
            // Most domains want none.
            log.debug("A report is not sent", metadata: Self.metadata(task, note))
            return true
        case .postponed(let reason):
            try await store.release(task)
            retryAt[task] = now + options.retry
            log.info("A report is postponed", metadata: Self.metadata(task, reason))
            return false
        }
    }

    private func finish(_ task: ReportTask, _ note: String) async throws(StorageFailure) {
        try await store.finish(task, note: note)
        retryAt[task] = nil
    }

    private func make(_ task: ReportTask, at now: WallTime) async throws(StorageFailure) -> ReportCourier.Outcome {
        switch task.kind {
        case .failure: return .dropped(note: "failure reports are not made")
        case .aggregate:
            switch await requests.aggregate(about: task.domain) {
            case .unwanted(let reason): return .dropped(note: reason)
            case .unknown(let reason): return .postponed(reason: reason)
            case .wanted(let request):
                let rows = try await store.pendingAggregate(task.domain, day: task.day).map(\.row)
                return await courier.send(rows, about: task.domain, day: task.day, to: request, at: now)
            }
        case .tls:
            switch await requests.tls(about: task.domain) {
            case .unwanted(let reason): return .dropped(note: reason)
            case .unknown(let reason): return .postponed(reason: reason)
            case .wanted(let request):
                let counts = try await store.pendingTLS(task.domain, day: task.day)
                return await courier.send(counts, about: task.domain, day: task.day, to: request, at: now)
            }
        }
    }

    private static func metadata(_ task: ReportTask, _ note: String) -> Logger.Metadata {
        ["kind": "\(task.kind.rawValue)", "domain": "\(task.domain)", "day": "\(task.day)", "note": "\(note)"]
    }
}
