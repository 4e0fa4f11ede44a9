import Loop
import Mail

/// The part of an SMTP transport that lives on one loop: its idle connections, and the attempts under way.
///
/// An actor pinned to the loop, so that all of it runs on one thread and nothing is locked; attempts of many lanes are
/// interleaved at their awaits. Each connection is used by one attempt at a time and lies in the pool between two.
actor SMTPShard {
    struct Settings: Sendable {
        var source: HostSource
        var options: ClientOptions
        var rules: HostPlan.Rules
        var context: TLSClientContext?
    }

    private let settings: Settings
    private let dialer: any Dialer
    private let time: any TimeSource
    private let executor: any SerialExecutor & Sendable
    private var generator: any RandomNumberGenerator & Sendable
    private var pool = IdlePool<SMTPConnection>()
    private var brokenTLS = BrokenTLS()
    private var isSweeping = false
    private var isShuttingDown = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(
        _ settings: Settings, dialer: any Dialer, time: any TimeSource, executor: any SerialExecutor & Sendable,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.settings = settings
        self.dialer = dialer
        self.time = time
        self.executor = executor
        self.generator = generator
    }

    func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        var ledger = Ledger(count: batch.envelope.recipients.count, start: time.now)
        if isShuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
        let cargo = Cargo(batch)
        // A connection that was closed while it lay in the pool says nothing about the host, so the next one is tried,
        // and in the end a fresh one.
        while let connection = pool.take(site: lane.site, lane: lane.number) {
            guard await connection.isAlive() else {
                connection.close()
                continue
            }
            let reason = await use(connection, cargo, lane, &ledger)
            if ledger.isSettled { return ledger.finished() }
            if reason == .shuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
        }
        return await connectAndCarry(cargo, lane, &ledger)
    }

    /// One transaction. Afterwards the connection lies in the pool or is closed.
    private func use(
        _ connection: SMTPConnection, _ cargo: Cargo, _ lane: Lane, _ ledger: inout Ledger
    ) async -> DeferralReason? {
        var resolutions = ledger.resolutions
        let (ending, reason) = await connection.carry(cargo, &resolutions)
        ledger.record(resolutions, host: connection.host, tls: connection.stream.tls, at: time.now)
        switch ending {
        case .usable: giveBack(connection, lane)
        case .unusable, .stale: connection.close()
        }
        return reason
    }

    // MARK: fresh connections

    private func connectAndCarry(_ cargo: Cargo, _ lane: Lane, _ ledger: inout Ledger) async -> [Outcome] {
        var plan: HostPlan
        var generator = generator
        switch await settings.source.plan(for: cargo.batch.destination, rules: settings.rules, using: &generator) {
        case .success(let found): plan = found
        case .failure(let none): return ledger.conclude(none.verdict, at: time.now)
        }
        var last: Target?
        var lastBreak: (reason: DeferralReason, host: RemoteHost, tls: TLSFacts?)?
        while true {
            switch plan.next() {
            case .resolve(let host):
                plan.resolved(await settings.source.addresses(of: host), using: &generator)
            case .connect(let target):
                last = target
                lastBreak = nil
                do {
                    let connection = try await open(target)
                    let tls = connection.stream.tls
                    let reason = await use(connection, cargo, lane, &ledger)
                    if ledger.isSettled { return ledger.finished() }
                    lastBreak = (reason ?? .connectionLost, connection.host, tls)
                    plan.broke()
                } catch {
                    plan.failed(error)
                }
                if isShuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
            case .exhausted:
                if let lastBreak {
                    return ledger.conclude(
                        .deferred(lastBreak.reason), host: lastBreak.host, tls: lastBreak.tls, at: time.now)
                }
                let (verdict, reply) = plan.conclusion
                return ledger.conclude(verdict, reply: reply, host: last?.remoteHost, at: time.now)
            }
        }
    }

    /// Opens a connection; where TLS was only an offer and failed, a second one without it.
    private func open(_ target: Target) async throws(SessionFailure) -> SMTPConnection {
        var approach = SMTPConnection.Approach(options: settings.options, context: settings.context, time: time)
        approach.avoidsTLS = !approach.options.tls.isMandatory && brokenTLS.contains(target.address, at: time.now)
        do {
            return try await SMTPConnection.open(target, dialer: dialer, approach)
        } catch {
            guard case .tls = error.cause, settings.options.tls == .opportunistic else { throw error }
            let now = time.now
            brokenTLS.remember(target.address, until: now + settings.options.limits.brokenTLSMemory, now: now)
            approach.avoidsTLS = true
            return try await SMTPConnection.open(target, dialer: dialer, approach)
        }
    }

    // MARK: idle connections

    private func giveBack(_ connection: SMTPConnection, _ lane: Lane) {
        let now = time.now
        if isShuttingDown || connection.transactions >= max(1, settings.options.limits.messagesPerConnection) {
            Task { await self.dismiss([connection]) }
            return
        }
        connection.idleSince = now
        pool.put(connection, site: lane.site, lane: lane.number, at: now)
        guard !isSweeping else { return }
        isSweeping = true
        Task { await self.sweep() }
    }

    /// Runs while connections are idle and closes the ones that nobody came for.
    private func sweep() async {
        let patience = settings.options.limits.idleTimeout
        var earliest = time.now
        while let oldest = pool.oldest {
            do { try await time.sleep(until: max(earliest, oldest + patience)) } catch { break }
            let now = time.now
            // A sweep looks at every site, so a thousand sites are swept a few times a second and not a thousand times.
            earliest = now + patience / 8
            let limit = MonotonicInstant(nanoseconds: now.nanoseconds - patience.wholeNanoseconds)
            let expired = pool.removeExpired(before: limit)
            if !expired.isEmpty { Task { await self.dismiss(expired) } }
        }
        isSweeping = false
    }

    private func dismiss(_ connections: [SMTPConnection]) async {
        await SMTPConnection.quit(connections)
    }

    var idleConnections: Int { pool.count }

    func shutDown() async {
        isShuttingDown = true
        await dismiss(pool.removeAll())
    }
}
