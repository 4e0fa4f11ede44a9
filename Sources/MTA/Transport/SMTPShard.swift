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
        /// What destinations publish; `nil` is a world in which nobody publishes anything.
        var policies: (any TLSPolicySource)?
        /// Hears of the sessions of a mode that asks for policies.
        var attempts: (any TLSAttemptLog)?
    }

    let settings: Settings
    private let dialer: any Dialer
    let time: any TimeSource
    private let executor: any SerialExecutor & Sendable
    private var generator: any RandomNumberGenerator & Sendable
    var pool = IdlePool<SMTPConnection>()
    var census = ConnectionCensus()
    /// Lanes that wait for a connection of their site to end or to become idle.
    var waitingForRoom: [String: [CheckedContinuation<Void, Never>]] = [:]
    var headings = HeadingMemory()
    var complaints = PolicyComplaints()
    var sourceComplaints = SourceComplaints()
    private var brokenTLS = BrokenTLS()
    private var isSweeping = false
    private(set) var isShuttingDown = false

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

    /// One batch; where its destinations publish different policies, one part after the other.
    func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        guard settings.source.differsByDestination, let parts = await parts(of: batch) else {
            return await carryWhole(batch, on: lane)
        }
        var outcomes = Array(repeating: Outcome(.deferred(.shuttingDown)), count: batch.envelope.recipients.count)
        for part in parts {
            // While the parts before it were carried, its destinations may have gone different ways.
            let carried = await carry(part.batch, on: lane)
            for (place, outcome) in zip(part.places, carried) { outcomes[place] = outcome }
        }
        return outcomes
    }

    private func carryWhole(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        var ledger = Ledger(count: batch.envelope.recipients.count, start: time.now)
        if isShuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
        let cargo = Cargo(batch)
        let mode = settings.options.tls
        var heading: Heading?
        let terms = batch.connections
        if mode.asksForPolicies || settings.source.differsByDestination || !terms.mixesDestinations {
            // Where its mail may go, and what is published is known before a connection is taken, be it a kept one: it
            // was opened for another destination of the site, perhaps, with a weaker policy or none.
            switch await self.heading(for: batch.destination) {
            case .success(let found): heading = found
            case .failure(let none): return ledger.conclude(none.verdict, at: time.now)
            }
        }
        if terms.isCounted { await thinOut(lane.site, batch.source, terms) }
        // A connection that was closed while it lay in the pool says nothing about the host, so the next one is tried,
        // and in the end a fresh one.
        while let connection = pool.take(
            site: lane.site, source: batch.source, lane: lane.number,
            where: { connection in
                guard let heading else { return true }
                return (terms.mixesDestinations || heading.names(connection.proof.host))
                    && heading.isSatisfied(by: connection.proof, mode)
            })
        {
            if connection.isRested, !(await connection.isAlive()) {
                end(connection, of: lane.site)
                continue
            }
            let reason = await use(connection, cargo, lane, &ledger)
            if ledger.isSettled { return ledger.finished() }
            if reason == .shuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
        }
        // A site has no more connections than lanes: one that is no good for this destination makes room. Where they
        // are counted, it does so when its place is wanted.
        if !terms.isCounted, let unsuitable = pool.take(site: lane.site, source: batch.source, lane: lane.number) {
            Task { await self.dismiss([unsuitable], of: lane.site) }
        }
        if isShuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
        return await connectAndCarry(cargo, lane, heading, &ledger)
    }

    /// One transaction. Afterwards the connection lies in the pool or is closed.
    private func use(
        _ connection: SMTPConnection, _ cargo: Cargo, _ lane: Lane, _ ledger: inout Ledger
    ) async -> DeferralReason? {
        var resolutions = ledger.resolutions
        let (ending, reason) = await connection.carry(cargo, &resolutions)
        ledger.record(
            resolutions, host: connection.host, tls: connection.stream.tls,
            offersDSN: connection.extensions.offered.contains(.dsn), at: time.now)
        switch ending {
        case .usable: giveBack(connection, lane, cargo.batch.connections)
        case .unusable, .stale: end(connection, of: lane.site)
        }
        return reason
    }

    // MARK: fresh connections

    private func connectAndCarry(
        _ cargo: Cargo, _ lane: Lane, _ known: Heading?, _ ledger: inout Ledger
    ) async -> [Outcome] {
        let destination = cargo.batch.destination
        let heading: Heading
        if let known {
            heading = known
        } else {
            switch await self.heading(for: destination) {
            case .success(let found): heading = found
            case .failure(let none): return ledger.conclude(none.verdict, at: time.now)
            }
        }
        var generator = generator
        let departure = Departure(source: cargo.batch.source, dialer: dialer, lookup: settings.source)
        var plan = heading.plan(
            rules: settings.rules, mode: settings.options.tls, families: departure.source?.families ?? .all,
            using: &generator)
        var last: Target?
        var lastBreak: (reason: DeferralReason, host: RemoteHost, tls: TLSFacts?)?
        while true {
            switch plan.next() {
            case .resolve(let host):
                switch await resolve(host, heading) {
                case .success(let (addresses, demand)): plan.resolved(addresses, demand, using: &generator)
                case .failure(let exclusion):
                    plan.excluded(exclusion)
                    note(exclusion, host: host.name, destination: destination)
                }
            case .connect(let target):
                last = target
                lastBreak = nil
                guard await takeRoom(lane.site, departure.source, cargo.batch.connections) else {
                    return ledger.conclude(.deferred(.shuttingDown), at: time.now)
                }
                // Asked last: whoever is let through connects now, or the rate would be none.
                let gate = cargo.batch.connections.gate
                if let gate, await !gate.mayConnect() {
                    giveUpRoom(lane.site, departure.source)
                    return ledger.conclude(.deferred(.shuttingDown), at: time.now)
                }
                do {
                    let connection = try await open(target, destination, gate, departure)
                    connection.isCounted = cargo.batch.connections.isCounted
                    let tls = connection.stream.tls
                    let reason = await use(connection, cargo, lane, &ledger)
                    if ledger.isSettled { return ledger.finished() }
                    lastBreak = (reason ?? .connectionLost, connection.host, tls)
                    plan.broke()
                } catch {
                    giveUpRoom(lane.site, departure.source)
                    plan.failed(error, target)
                }
                if isShuttingDown { return ledger.conclude(.deferred(.shuttingDown), at: time.now) }
            case .exhausted:
                if let lastBreak {
                    return ledger.conclude(
                        .deferred(lastBreak.reason), host: lastBreak.host, tls: lastBreak.tls, at: time.now)
                }
                let (verdict, reply) = plan.conclusion
                return ledger.conclude(
                    verdict, reply: reply, host: plan.isAboutSource ? nil : last?.remoteHost, at: time.now)
            }
        }
    }

    /// Opens a connection; where TLS was only an offer and failed, a second one without it.
    private func open(
        _ target: Target, _ destination: Domain, _ gate: (any ConnectionGate)?, _ departure: Departure
    ) async throws(SessionFailure) -> SMTPConnection {
        var approach = SMTPConnection.Approach(
            options: departure.options(settings.options), context: settings.context, time: time, departure: departure)
        approach.avoidsTLS = brokenTLS.contains(target.address, at: time.now)
        do {
            let connection = try await SMTPConnection.open(target, approach)
            let wasTried = !approach.avoidsTLS || target.demand.protection.isMandatory
            if wasTried { note(connection, target, destination: destination) }
            return connection
        } catch {
            note(error, target, departure, destination: destination)
            // Only what was an offer is remembered as broken: a certificate that does not hold is another matter.
            guard case .tls = error.cause, target.demand.protection == .opportunistic else { throw error }
            let now = time.now
            brokenTLS.remember(target.address, until: now + settings.options.limits.brokenTLSMemory, now: now)
            approach.avoidsTLS = true
            if let gate, await !gate.mayConnect() { throw error }
            return try await SMTPConnection.open(target, approach)
        }
    }

    // MARK: idle connections

    private func giveBack(_ connection: SMTPConnection, _ lane: Lane, _ terms: ConnectionTerms) {
        let now = time.now
        let most = min(settings.options.limits.messagesPerConnection, terms.messagesPerConnection ?? .max)
        if isShuttingDown || connection.transactions >= max(1, most) {
            Task { await self.dismiss([connection], of: lane.site) }
            return
        }
        connection.idleSince = now
        pool.put(connection, site: lane.site, source: connection.source, lane: lane.number, at: now)
        tellOfRoom(lane.site)
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
            for (site, connections) in expired { Task { await self.dismiss(connections, of: site) } }
        }
        isSweeping = false
    }

    /// Says QUIT and closes; the connections count until that is over.
    func dismiss(_ connections: [SMTPConnection], of site: String) async {
        await SMTPConnection.quit(connections)
        for connection in connections { end(connection, of: site) }
    }

    /// Closes at once.
    private func end(_ connection: SMTPConnection, of site: String) {
        connection.close()
        giveUpRoom(site, connection.source)
    }

    var idleConnections: Int { pool.count }

    func shutDown() async {
        isShuttingDown = true
        for site in Array(waitingForRoom.keys) { tellOfRoom(site) }
        let idle = pool.removeAll()
        // All at once: one deadline for the lot.
        await SMTPConnection.quit(idle.flatMap(\.connections))
        for (site, connections) in idle { for connection in connections { end(connection, of: site) } }
    }
}
