import Logging
package import Mail

/// Looks at a domain's DNS, keeps what was found, and lets everybody hear of what has changed. Used by whoever asks for
/// it (`verify`) and by the drift watch.
package struct DomainVerification: Sendable {
    package let options: DomainCheckOptions
    private let store: any DomainStore
    private let directory: DomainDirectory
    private let checker: DomainChecker
    private let announcer: (any Announcer)?
    private let time: any TimeSource
    private let pace: CheckPace
    private let draw: @Sendable () -> Double
    private static let log = Logger(label: "martlet.domains")

    /// - Parameters:
    ///   - announcer: `nil`: nobody is told.
    ///   - draw: from 0 to 1, spreads what is to come.
    package init(
        store: any DomainStore, directory: DomainDirectory, checker: DomainChecker, announcer: (any Announcer)?,
        options: DomainCheckOptions = DomainCheckOptions(), time: any TimeSource,
        draw: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.store = store
        self.directory = directory
        self.checker = checker
        self.announcer = announcer
        self.options = options
        self.time = time
        self.draw = draw
        pace = CheckPace(pause: options.pause, time: time)
    }

    /// Looks now. `rate_limit_exceeded`, with the time to wait, when the domain was asked for a moment ago.
    func checkOnRequest(_ domain: SendingDomain) async throws(ServiceFailure) -> CheckedDomain {
        if let wait = pace.wait(for: domain.id) {
            // Whole seconds, rounded up: at that time it works.
            let seconds = (wait.wholeMilliseconds + 999) / 1_000
            throw ServiceFailure(
                .rateLimitExceeded, "This domain was checked a moment ago.", retryAfter: .seconds(max(seconds, 1)))
        }
        return try await check(domain)
    }

    /// Looks, and keeps what was found. `notFound` when the domain was deleted meanwhile.
    func check(_ domain: SendingDomain) async throws(ServiceFailure) -> CheckedDomain {
        let found = await checker.check(domain)
        let now = time.wall
        let draw = draw()
        var domain = domain
        for _ in 0..<5 {
            let previous = try await read { store throws(StorageFailure) in
                try await store.findings(of: domain.id, tenant: domain.tenant)
            }
            let step = DomainProgress(options: options).step(
                domain, previous: previous, found: found, at: now, draw: draw)
            // Before it is kept: what cannot be announced now is found, and announced, by the next check. So a change
            // may be told twice and is never lost.
            if let change = step.change { try await announce(change, of: domain.tenant, at: now) }
            let isKept: Bool?
            do { isKept = try await store.update(step.domain, findings: step.findings) } catch {
                guard error == .conflict else { throw ServiceFailure(storage: error, doing: "domain check") }
                isKept = nil
            }
            switch isKept {
            case true:
                if step.domain.status != domain.status || step.domain.dkim != domain.dkim {
                    Self.report(step.domain, was: domain.status)
                    await directory.changed()
                }
                return CheckedDomain(domain: step.domain, findings: step.findings)
            case false: throw .notFound("domain")
            case nil:
                // Somebody, a rotation perhaps, was faster: the findings are judged again by what stands there now.
                let (id, tenant) = (domain.id, domain.tenant)
                let stored = try await read { store throws(StorageFailure) in try await store.domain(id, of: tenant) }
                guard let stored else { throw .notFound("domain") }
                domain = stored
            }
        }
        throw ServiceFailure(.conflict, "The domain is being changed by others.", retryAfter: .seconds(1))
    }

    /// The findings of the last check, or of one that is made now when there was none.
    func lastCheck(of domain: SendingDomain) async throws(ServiceFailure) -> CheckedDomain {
        guard domain.checkedAt != nil else { return try await checkOnRequest(domain) }
        let findings = try await read { store throws(StorageFailure) in
            try await store.findings(of: domain.id, tenant: domain.tenant)
        }
        return CheckedDomain(domain: domain, findings: findings)
    }

    /// Those whose time has come, the longest due first.
    func due() async throws(ServiceFailure) -> [SendingDomain] {
        let (now, limit) = (time.wall, options.concurrency)
        // No schedule reaches further ahead than its interval and the spread.
        let horizon = options.interval * 2
        return try await read { store throws(StorageFailure) in
            try await store.domainsDue(at: now, horizon: horizon, limit: limit)
        }
    }

    private func announce(_ change: DomainDNSChange, of tenant: UUIDv7, at now: WallTime) async throws(ServiceFailure) {
        guard let announcer else { return }
        do {
            try await announcer.announce(Announcement(at: now, tenant: tenant, kind: .domainDNSChanged(change)))
        } catch { throw ServiceFailure(error) }
    }

    private func read<Value>(
        _ body: (any DomainStore) async throws(StorageFailure) -> Value
    ) async throws(ServiceFailure) -> Value {
        do { return try await body(store) } catch { throw ServiceFailure(storage: error, doing: "domain check") }
    }

    private static func report(_ domain: SendingDomain, was: SendingDomain.Status) {
        guard domain.status != was else { return }
        log.notice(
            "A sending domain changed its status",
            metadata: ["domain": "\(domain.name)", "status": "\(domain.status.rawValue)", "was": "\(was.rawValue)"])
    }
}

/// A domain as it stands after a check, and what the check found.
struct CheckedDomain: Sendable {
    var domain: SendingDomain
    var findings: [DomainFinding]
}
