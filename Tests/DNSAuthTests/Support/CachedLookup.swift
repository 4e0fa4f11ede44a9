import Mail

@testable import DNSAuth

/// What the resolver's cache holds, without a question. A remembered failure counts as not known.
extension DNSResolver {
    nonisolated func cachedMX(_ name: String) -> Answer<MXRecord>? {
        guard let question = try? Question(name, .mx) else { return nil }
        return try? cache.answer(to: question)?.mx()
    }

    nonisolated func cachedAddresses(_ name: String) -> Answer<IPAddress>? {
        guard let families = try? AddressFamilies(name, useIPv6: options.useIPv6) else { return nil }
        let known = families.questions.compactMap { cache.answer(to: $0) }
        return known.count == families.questions.count ? try? families.joined(known) : nil
    }
}
