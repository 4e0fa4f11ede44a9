package import Mail
package import Queue
package import Storage

/// What an operator asks of the queue and does to it. Everything needs the scope `operate`, except that a tenant's own
/// key may ask why its own message waits.
package struct QueueService: Sendable {
    let desk: any QueueDesk
    let store: any MessageStore
    let progress: any ProjectionProgress
    let keys: KeyService
    let tenants: TenantService
    let time: any TimeSource
    let warmups: (any WarmupDesk)?
    private let egress: @Sendable () -> EgressTable
    private let reload: @Sendable () async -> ShapingReload

    /// - Parameters:
    ///   - egress: the table in force, which a reload replaces.
    ///   - warmups: `nil`: nothing is warmed up.
    ///   - reload: reads `shaping.yaml` anew and puts the rules into force when all of them are right.
    package init(
        desk: any QueueDesk, store: any MessageStore, progress: any ProjectionProgress, keys: KeyService,
        tenants: TenantService, time: any TimeSource, warmups: (any WarmupDesk)? = nil,
        egress: @escaping @Sendable () -> EgressTable = { .none },
        reload: @escaping @Sendable () async -> ShapingReload = { .notConfigured }
    ) {
        self.desk = desk
        self.store = store
        self.progress = progress
        self.keys = keys
        self.tenants = tenants
        self.time = time
        self.warmups = warmups
        self.egress = egress
        self.reload = reload
    }

    package func summary(by caller: Caller) async throws(ServiceFailure) -> QueueReport {
        try caller.require(.operate)
        return QueueReport(await desk.summary(), at: Moment(time))
    }

    /// The fullest first.
    package func sites(limit: Int, by caller: Caller) async throws(ServiceFailure) -> [SiteReport] {
        try caller.require(.operate)
        let moment = Moment(time)
        return await desk.sites(limit: limit).map { SiteReport($0, at: moment) }
    }

    /// - Throws: `notFound` for a site that has no mail and is not held.
    package func site(_ name: String, by caller: Caller) async throws(ServiceFailure) -> SiteReport {
        try caller.require(.operate)
        guard let detail = await desk.site(named: name) else { throw .notFound("site") }
        return SiteReport(detail, at: Moment(time))
    }

    package func holds(by caller: Caller) async throws(ServiceFailure) -> [HoldReport] {
        try caller.require(.operate)
        return await desk.holds().map(HoldReport.init)
    }

    /// In the order of the configuration.
    package func sources(by caller: Caller) async throws(ServiceFailure) -> [SourceReport] {
        try caller.require(.operate)
        let table = egress()
        let loads = await desk.summary().sources
        return table.sources.indices.map { place in
            let source = table.sources[place]
            let pools = table.pools.filter { $0.members.contains { $0.source == place } }.map(\.name)
            return SourceReport(
                source, pools: pools, load: loads.first { $0.name == source.name }.map(SourceLoad.init))
        }
    }

    /// In the order of the configuration.
    package func pools(by caller: Caller) async throws(ServiceFailure) -> [PoolReport] {
        try caller.require(.operate)
        let table = egress()
        return table.pools.map { PoolReport($0, sources: table.sources) }
    }

    /// - Returns: how many rules are in force now.
    /// - Throws: what is wrong with the file; the rules that were in force stay.
    package func reloadShaping(by caller: Caller) async throws(ServiceFailure) -> Int {
        try caller.require(.operate)
        switch await reload() {
        case .loaded(let rules): return rules
        case .refused(let problems):
            let details = problems.prefix(100).map {
                ServiceFailure.Detail(.invalidParameter, field: "shaping", message: $0)
            }
            throw ServiceFailure(
                .invalidParameter, "The shaping rules were not changed: \(problems.first ?? "the file cannot be used")",
                details: details)
        case .notConfigured:
            throw ServiceFailure(.invalidState, "The configuration names no shaping rules (shaping.file).")
        }
    }
}
