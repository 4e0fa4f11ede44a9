/// How long an answer is kept, whatever the DNS says.
struct TTLBounds: Hashable, Sendable {
    var minimum: UInt32
    var maximum: UInt32
    var negativeMaximum: UInt32

    init(_ options: ResolverOptions) {
        minimum = options.minimumTTL
        maximum = options.maximumTTL
        negativeMaximum = options.negativeTTLCap
    }

    func positive(_ ttl: UInt32) -> UInt32 { max(min(ttl, maximum), min(minimum, maximum)) }

    /// RFC 2308 §5: no SOA, no caching; so there is no lower bound.
    func negative(_ ttl: UInt32) -> UInt32 { min(ttl, negativeMaximum) }
}
