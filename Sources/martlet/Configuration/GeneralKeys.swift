import DNSAuth
import Logging
import Loop

extension Configuration {
    mutating func readLog(_ section: ConfigurationSection) {
        logLevel = section.choice(
            "level", default: .info,
            [
                "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warning": .warning,
                "error": .error,
                "critical": .critical,
            ])
        section.finish()
    }

    mutating func readAPI(_ section: ConfigurationSection) {
        if let address = section.parsed("listen", as: "an address and a port such as 127.0.0.1:8025", HostPort.init) {
            api.host = address.host
            api.port = Int(address.port)
        }
        requiresVerifiedDomain = section.flag("require_verified_domain", default: true)
        requiresKnownDomain = section.flag("require_known_domain", default: true)
        section.finish()
    }

    mutating func readDNS(_ section: ConfigurationSection) {
        resolver.servers =
            section.parsedList("servers", as: "an address and a port such as 127.0.0.1:53") {
                SocketAddress($0) ?? SocketAddress("\($0):53") ?? SocketAddress("[\($0)]:53")
            } ?? []
        resolver.timeout = section.duration("timeout", default: resolver.timeout)
        resolver.attempts = section.number("attempts", default: resolver.attempts, in: 1...10)
        resolver.useIPv6 = section.flag("ipv6", default: resolver.useIPv6)
        resolver.trustAD = section.flag("trust_ad", default: resolver.trustAD)
        resolver.randomCase = section.flag("random_case", default: resolver.randomCase)
        resolver.minimumTTL = ttl(section, "minimum_ttl", resolver.minimumTTL)
        resolver.maximumTTL = ttl(section, "maximum_ttl", resolver.maximumTTL)
        resolver.negativeTTLCap = ttl(section, "negative_ttl", resolver.negativeTTLCap)
        resolver.failureTTL = ttl(section, "failure_ttl", resolver.failureTTL)
        resolver.maximumInFlight = section.number("in_flight", default: resolver.maximumInFlight, in: 1...100_000)
        resolver.penalty = section.duration("penalty", default: resolver.penalty)
        resolver.maximumPenalty = section.duration("maximum_penalty", default: resolver.maximumPenalty)
        resolver.cacheCapacity = section.number("cache_entries", default: resolver.cacheCapacity, in: 0...10_000_000)
        section.finish()
    }

    /// A duration that becomes whole seconds, as the DNS counts.
    private func ttl(_ section: ConfigurationSection, _ key: String, _ value: UInt32) -> UInt32 {
        UInt32(clamping: section.duration(key, default: .seconds(Int64(value))).components.seconds)
    }
}
