package import Mail

// What is known now, for callers that must not wait. A remembered failure counts as not known.
extension DNSResolver {
    package nonisolated func cachedMX(_ name: String) -> Answer<MXRecord>? {
        guard let question = try? Question(name, .mx) else { return nil }
        return try? cache.answer(to: question)?.mx()
    }

    package nonisolated func cachedTXT(_ name: String) -> Answer<String>? {
        guard let question = try? Question(name, .txt) else { return nil }
        return try? cache.answer(to: question)?.txt()
    }

    package nonisolated func cachedTLSA(_ name: String) -> Answer<TLSARecord>? {
        guard let question = try? Question(name, .tlsa) else { return nil }
        return try? cache.answer(to: question)?.tlsa()
    }

    package nonisolated func cachedAddresses(_ name: String) -> Answer<IPAddress>? {
        guard let families = try? AddressFamilies(name, useIPv6: options.useIPv6) else { return nil }
        if let local = families.loopback { return local }
        let known = families.questions.compactMap { cache.answer(to: $0) }
        return known.count == families.questions.count ? try? families.joined(known) : nil
    }
}
