import Mail

/// A re-route that an operator has ordered. It outlives a restart, at which it is asked again for every message that is
/// recovered; what it says about a message stays with the message until another one says otherwise.
struct StandingRoute: Hashable, Sendable, Identifiable {
    var id: UUIDv7
    var selector: QueueSelector
    /// `nil`: the one that the configuration says.
    var pool: String?
    /// The number in the journal of the last message it is about; `nil`: whatever comes, too.
    var upTo: UInt64?
    var since: WallTime

    /// Whether it is about the message, as far as the message itself says.
    func mayMatch(_ message: MessageFacts) -> Bool {
        if let upTo, message.number > upTo { return false }
        if let tenant = selector.tenant, tenant != message.tenant { return false }
        if let campaign = selector.campaign, campaign != message.campaign { return false }
        if let stream = selector.stream, stream != message.stream { return false }
        if let id = selector.message, id != message.id { return false }
        return true
    }
}

/// All that stand, in the order they were given: the later decides. A pure value; each shard has one, mostly empty.
struct RouteBook: Sendable {
    /// More cost every message of a restart too much; the oldest go.
    static let limit = 256

    private(set) var routes: [StandingRoute] = []
    /// Some look at sites, which are not known before a delivery is routed.
    private(set) var hasSites = false

    var isEmpty: Bool { routes.isEmpty }

    /// - Returns: those that no longer stand: of the same selector, or too many.
    mutating func add(_ route: StandingRoute) -> [StandingRoute] {
        var gone: [StandingRoute] = []
        routes.removeAll { old in
            guard old.selector == route.selector, route.covers(old) else { return false }
            gone.append(old)
            return true
        }
        if routes.count >= Self.limit { gone.append(routes.removeFirst()) }
        routes.append(route)
        look()
        return gone
    }

    /// - Returns: those that are about no message any more, now that all live ones have a number of at least this.
    mutating func dropEmptied(below first: UInt64?) -> [StandingRoute] {
        var gone: [StandingRoute] = []
        routes.removeAll { route in
            guard let upTo = route.upTo, first.map({ upTo < $0 }) ?? true else { return false }
            gone.append(route)
            return true
        }
        look()
        return gone
    }

    private mutating func look() { hasSites = routes.contains { $0.selector.site != nil } }

    /// What they say of a message: `nil`: nothing; otherwise the pool, or that it is the configuration's.
    /// - Parameters:
    ///   - destinations: of the message's deliveries.
    ///   - site: where it is known.
    ///   - configured: the pool without them, for the ones that ask for it.
    func verdict(
        on message: MessageFacts, to destinations: some Collection<Domain>, at site: String?,
        configured: @autoclosure () -> String?
    ) -> Verdict? {
        var verdict: Verdict?
        for route in routes where route.mayMatch(message) {
            if let wanted = route.selector.site, wanted != site { continue }
            if let wanted = route.selector.destination, !destinations.contains(wanted) { continue }
            if let wanted = route.selector.pool {
                let present =
                    switch verdict {
                    case .pool(let name): name
                    case .configured, nil: configured()
                    }
                if wanted != present { continue }
            }
            verdict = route.pool.map(Verdict.pool) ?? .configured
        }
        return verdict
    }

    enum Verdict: Hashable {
        case pool(String)
        case configured
    }
}

extension StandingRoute {
    /// Whatever the older one is about, this one is, too.
    fileprivate func covers(_ older: StandingRoute) -> Bool {
        guard let upTo else { return true }
        return older.upTo.map { $0 <= upTo } ?? false
    }
}

extension ControlCodec {
    static func encode(_ route: StandingRoute) -> [UInt8] {
        var out = RecordEncoder(reserving: 96)
        let selector = route.selector
        out.put(version)
        out.put(route.id)
        out.put((selector.everything ? 1 : 0) | (selector.andLater ? 2 : 0))
        out.put(optional: selector.site)
        out.put(optional: selector.destination?.text)
        out.put(optional: selector.tenant)
        out.put(optional: selector.campaign)
        out.put(selector.stream?.rawValue ?? 0xFF)
        out.put(optional: selector.message)
        out.put(optional: selector.pool)
        out.put(optional: route.pool)
        out.put(route.upTo == nil ? 0 : 1)
        if let upTo = route.upTo { out.put(fixed: upTo) }
        out.put(route.since)
        return out.bytes
    }

    static func route(_ bytes: [UInt8]) throws(CodecFailure) -> StandingRoute {
        var decoder = try decoder(bytes)
        let id = try decoder.identifier()
        let flags = try decoder.byte()
        guard flags < 4 else { throw .badValue }
        var selector = QueueSelector()
        selector.everything = flags & 1 != 0
        selector.andLater = flags & 2 != 0
        selector.site = try decoder.optionalText()
        selector.destination = try decoder.optionalText().map { Domain(canonical: $0) }
        selector.tenant = try decoder.optionalIdentifier()
        selector.campaign = try decoder.optionalIdentifier()
        let stream = try decoder.byte()
        if stream != 0xFF {
            guard let known = MailStream(rawValue: stream) else { throw .badValue }
            selector.stream = known
        }
        selector.message = try decoder.optionalIdentifier()
        selector.pool = try decoder.optionalText()
        let pool = try decoder.optionalText()
        let upTo = try decoder.flag() ? try decoder.fixed(UInt64.self) : nil
        let since = try decoder.civilTime()
        try decoder.finish()
        guard !selector.isEmpty else { throw .badValue }
        return StandingRoute(id: id, selector: selector, pool: pool, upTo: upTo, since: since)
    }
}
