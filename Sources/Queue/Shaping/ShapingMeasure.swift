import Mail

/// What a rule's actions and its window belong to.
struct ShapingKey: Hashable, Sendable {
    var rule: Int
    var site: String
    var source: String?
    var tenant: UUIDv7?

    init(rule: Int, _ scope: ShapingScope, _ observation: ShapingObservation) {
        self.rule = rule
        site = observation.site
        source = scope == .siteAndSource ? observation.source : nil
        tenant = scope == .tenant ? observation.tenant : nil
    }

    /// Without sources a site has one, so what would rest is the site.
    var hold: Hold.Scope {
        if let tenant { return .siteAndTenant(site: site, tenant: tenant) }
        return source.map { .siteAndSource(site: site, source: $0) } ?? .site(site)
    }

    var meter: MeterKey { source.map { MeterKey(.siteAndSource, site, source: $0) } ?? MeterKey(.site, site) }

    /// The same scope set off in the same millisecond has the same identifier, so that a replay names holds alike.
    func identifier(of rule: String, at wall: WallTime) -> UUIDv7 {
        let name = "\(rule)\u{0}\(site)\u{0}\(source ?? "")\u{0}\(tenant.map { "\($0)" } ?? "")"
        var generator = SplitMix64(seed: StableHash.of(name) ^ UInt64(bitPattern: wall.milliseconds))
        return UUIDv7(at: wall, random: (generator.next(), generator.next()))
    }
}

/// What a rule has set and that still stands.
struct ShapingMeasure: Sendable {
    var id: UUIDv7
    var since: WallTime
    /// When it ends by what was told last.
    var until: MonotonicInstant

    /// An end that moves by less is not told again: of a hundred replies to what was under way, each would be written
    /// down and told to every shard.
    static func step(_ duration: Duration) -> Duration { max(.seconds(1), duration / 20) }
}

/// What a rule's reply is cut to in holds, which are kept, listed and shown.
enum ShapingReplyText {
    static let limit = 256

    /// Code, status and the first line's worth of words, without control characters.
    static func of(_ reply: Reply) -> String {
        var text = ""
        var count = 0
        for scalar in "\(reply)".unicodeScalars {
            let control = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let clean: Unicode.Scalar = control ? " " : scalar
            count += UTF8.width(clean)
            guard count <= limit else { break }
            text.unicodeScalars.append(clean)
        }
        return text
    }
}
