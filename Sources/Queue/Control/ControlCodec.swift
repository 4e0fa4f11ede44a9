import Mail

/// What the queue keeps of its own decisions, as bytes: a version, then fields as in the journal's records. A value
/// that cannot be read is somebody's damage and no reason to stop: whoever loads it logs and passes over it.
enum ControlCodec {
    static let version: UInt8 = 1
    /// Bytes of a text that an operator or a remote host has given.
    static let textLimit = 4_096

    // MARK: Holds

    private enum ScopeTag: UInt8 {
        case site = 1
        case source = 2
        case siteAndSource = 3
        case tenant = 4
        case siteAndTenant = 5
        case campaign = 6
    }

    private enum CauseTag: UInt8 {
        case byOperator = 1
        case rule = 2
        case sourceHealth = 3
    }

    static func encode(_ hold: Hold) -> [UInt8] {
        var out = RecordEncoder(reserving: 128)
        out.put(version)
        out.put(hold.id)
        switch hold.scope {
        case .site(let site): out.put(ScopeTag.site.rawValue, site)
        case .source(let source): out.put(ScopeTag.source.rawValue, source)
        case .siteAndSource(let site, let source): out.put(ScopeTag.siteAndSource.rawValue, site, source)
        case .tenant(let tenant):
            out.put(ScopeTag.tenant.rawValue)
            out.put(tenant)
        case .siteAndTenant(let site, let tenant):
            out.put(ScopeTag.siteAndTenant.rawValue, site)
            out.put(tenant)
        case .campaign(let campaign):
            out.put(ScopeTag.campaign.rawValue)
            out.put(campaign)
        }
        switch hold.cause {
        case .operator(let by, let reason): out.put(CauseTag.byOperator.rawValue, by, reason)
        case .rule(let name, let reply): out.put(CauseTag.rule.rawValue, name, reply)
        case .sourceHealth(let trouble): out.put(CauseTag.sourceHealth.rawValue, trouble)
        }
        out.put(hold.since)
        out.put(optional: hold.until)
        return out.bytes
    }

    static func hold(_ bytes: [UInt8]) throws(CodecFailure) -> Hold {
        var decoder = try decoder(bytes)
        let id = try decoder.identifier()
        guard let tag = ScopeTag(rawValue: try decoder.byte()) else { throw .badValue }
        let scope: Hold.Scope
        switch tag {
        case .site: scope = .site(try decoder.text())
        case .source: scope = .source(try decoder.text())
        case .siteAndSource: scope = .siteAndSource(site: try decoder.text(), source: try decoder.text())
        case .tenant: scope = .tenant(try decoder.identifier())
        case .siteAndTenant: scope = .siteAndTenant(site: try decoder.text(), tenant: try decoder.identifier())
        case .campaign: scope = .campaign(try decoder.identifier())
        }
        guard let why = CauseTag(rawValue: try decoder.byte()) else { throw .badValue }
        let cause: Hold.Cause
        switch why {
        case .byOperator: cause = .operator(by: try decoder.text(), reason: try decoder.text())
        case .rule: cause = .rule(name: try decoder.text(), reply: try decoder.text())
        case .sourceHealth: cause = .sourceHealth(try decoder.text())
        }
        let since = try decoder.civilTime()
        let until = try decoder.optionalTime()
        try decoder.finish()
        return Hold(id: id, scope: scope, cause: cause, since: since, until: until)
    }

    // MARK: Temporary limits

    /// - Parameter since: when it was set.
    static func encode(_ limit: TemporaryLimit, since: WallTime) -> [UInt8] {
        var out = RecordEncoder(reserving: 128)
        out.put(version)
        out.put(limit.rule.clipped(toBytes: textLimit))
        out.put(limit.key.scope.rawValue)
        out.put(limit.key.name)
        out.put(limit.key.source)
        switch limit.change {
        case .slow(let share):
            out.put(1)
            out.put(fixed: share.bitPattern)
        case .set(let limits):
            out.put(2)
            out.put(limits.messageRate)
            out.put(limits.connectionRate)
            out.put(optional: limits.connections)
            out.put(optional: limits.messagesPerConnection)
        }
        out.put(limit.reply.clipped(toBytes: textLimit))
        out.put(limit.until)
        out.put(since)
        return out.bytes
    }

    static func limit(_ bytes: [UInt8]) throws(CodecFailure) -> (limit: TemporaryLimit, since: WallTime) {
        var decoder = try decoder(bytes)
        let rule = try decoder.text()
        guard let scope = ThrottleScope(rawValue: try decoder.byte()), scope == .site || scope == .siteAndSource else {
            throw .badValue
        }
        let name = try decoder.text()
        let key = MeterKey(scope, name, source: try decoder.text())
        let change: TemporaryLimit.Change
        switch try decoder.byte() {
        case 1:
            let share = Double(bitPattern: try decoder.fixed())
            guard share > 0, share < 1 else { throw .badValue }
            change = .slow(share)
        case 2:
            var limits = ThrottleLimits()
            limits.messageRate = try decoder.rate()
            limits.connectionRate = try decoder.rate()
            limits.connections = try decoder.optionalCount()
            limits.messagesPerConnection = try decoder.optionalCount()
            guard limits != ThrottleLimits() else { throw .badValue }
            change = .set(limits)
        default: throw .badValue
        }
        let reply = try decoder.text()
        let until = try decoder.civilTime()
        let since = try decoder.civilTime()
        try decoder.finish()
        return (TemporaryLimit(rule: rule, key: key, change: change, reply: reply, until: until), since)
    }

    static func decoder(_ bytes: [UInt8]) throws(CodecFailure) -> RecordDecoder {
        var decoder = RecordDecoder(bytes)
        let version = try decoder.byte()
        guard version == Self.version else { throw .version(version) }
        return decoder
    }
}

extension RecordEncoder {
    fileprivate mutating func put(_ tag: UInt8, _ texts: String...) {
        put(tag)
        for text in texts { put(text.clipped(toBytes: ControlCodec.textLimit)) }
    }

    mutating func put(optional time: WallTime?) {
        put(time == nil ? 0 : 1)
        if let time { put(time) }
    }

    mutating func put(optional id: UUIDv7?) {
        put(id == nil ? 0 : 1)
        if let id { put(id) }
    }

    fileprivate mutating func put(optional count: Int?) {
        put(count == nil ? 0 : 1)
        if let count { put(count: max(0, count)) }
    }

    /// How many in how many nanoseconds, and at once.
    fileprivate mutating func put(_ rate: RateLimit?) {
        put(rate == nil ? 0 : 1)
        guard let rate else { return }
        put(count: rate.count)
        put(fixed: rate.period.wholeNanoseconds)
        put(count: rate.burst)
    }
}

extension RecordDecoder {
    /// One that can be reckoned with: 1970 to 9999.
    mutating func civilTime() throws(CodecFailure) -> WallTime {
        let time = try time()
        guard (0..<253_402_300_800_000).contains(time.milliseconds) else { throw .badValue }
        return time
    }

    mutating func optionalTime() throws(CodecFailure) -> WallTime? { try flag() ? try civilTime() : nil }

    mutating func optionalIdentifier() throws(CodecFailure) -> UUIDv7? { try flag() ? try identifier() : nil }

    fileprivate mutating func optionalCount() throws(CodecFailure) -> Int? {
        guard try flag() else { return nil }
        let count = try number()
        guard count >= 1 else { throw .badValue }
        return count
    }

    fileprivate mutating func rate() throws(CodecFailure) -> RateLimit? {
        guard try flag() else { return nil }
        let count = try number()
        let nanoseconds: Int64 = try fixed()
        let burst = try number()
        guard let rate = RateLimit(count: count, per: .nanoseconds(nanoseconds), burst: burst) else { throw .badValue }
        return rate
    }
}
