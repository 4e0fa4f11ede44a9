package import Loop
package import Mail

/// The engine's stub resolver: asks recursive servers, keeps what they say, and never blocks.
///
/// Lives on one loop; may be called from any. A cache hit is answered where the caller stands, without a hop; a miss
/// goes to the resolver's loop, where equal questions share one query (`Lookup.swift`).
/// - Traps: `isAuthenticated` is always `false` unless `trustAD` is on, because anybody between here and the server
///   could set the bit. A cancelled caller still waits for the answer, whose time is bounded by the options.
/// - Note: not handled: search lists, `/etc/hosts`, iteration from the root, validation (ask a validating resolver).
package actor DNSResolver: Resolver {
    private nonisolated let executor: any SerialExecutor
    nonisolated let cache: DNSCache
    nonisolated let options: ResolverOptions
    let exchange: any DNSExchange
    let time: any TimeSource
    let bounds: TTLBounds
    var health: ServerHealth
    var generator = SystemRandomNumberGenerator()
    /// One task for each question under way; everybody who asks the same awaits it.
    var inFlight: [Question: Task<CachedAnswer, Never>] = [:]
    var gate: Gate

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    package init(options: ResolverOptions = .system(), on loop: EventLoop) {
        self.init(options: options, executor: loop, exchange: SocketExchange(loop: loop), time: loop.time)
    }

    /// For tests: any executor, any carrier, any clock.
    init(
        options: ResolverOptions, executor: any SerialExecutor, exchange: any DNSExchange, time: any TimeSource
    ) {
        var options = options
        if options.servers.isEmpty { options.servers = ResolverOptions.system().servers }
        self.executor = executor
        self.options = options
        self.exchange = exchange
        self.time = time
        cache = DNSCache(capacity: options.cacheCapacity, time: time)
        bounds = TTLBounds(options)
        health = ServerHealth(
            count: options.servers.count, penalty: options.penalty, maximum: options.maximumPenalty)
        gate = Gate(limit: options.maximumInFlight)
    }

    package nonisolated var counts: ResolverCounts { cache.counts }

    package nonisolated func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        try await answer(to: Question(hostOrDomain: name, .mx)).mx()
    }

    package nonisolated func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        try await answer(to: Question(hostOrDomain: name, .txt)).txt()
    }

    package nonisolated func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> {
        try await answer(to: Question(hostOrDomain: name, .tlsa)).tlsa()
    }

    package nonisolated func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        try await answer(to: Question(hostOrDomain: name, .cname)).alias()
    }

    package nonisolated func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        try await answer(to: Question(DNSName.reverse(of: address), .ptr)).pointers()
    }

    package nonisolated func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        let families = try AddressFamilies(name, useIPv6: options.useIPv6)
        if let local = families.loopback { return local }
        let known = families.questions.compactMap { cache.answer(to: $0) }
        if known.count == families.questions.count { return try families.joined(known) }
        return try await families.joined(resolve(families.questions))
    }

    package nonisolated func addresses(
        _ name: String, family: IPFamily
    ) async throws(ResolverFailure) -> Answer<IPAddress> {
        let question = try Question(hostOrDomain: name, family == .v4 ? .a : .aaaa)
        if var local = AddressFamilies.loopback(question.name) {
            local.records.removeAll { IPFamily(of: $0) != family }
            return local
        }
        return try await answer(to: question).addresses()
    }

    private nonisolated func answer(to question: Question) async throws(ResolverFailure) -> CachedAnswer {
        if let known = cache.answer(to: question) { return known }
        return await resolve([question])[0]
    }
}

extension Question {
    /// The root has neither mail nor text; an empty name is a caller's mistake, not a question.
    fileprivate init(hostOrDomain name: String, _ type: RecordType) throws(ResolverFailure) {
        guard !name.isEmpty else { throw .badName }
        try self.init(name, type)
    }
}
