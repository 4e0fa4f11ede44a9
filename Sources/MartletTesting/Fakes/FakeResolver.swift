package import Mail

/// A DNS made of tables. Names are lower-case without the final dot. A name that is in none of them does not exist;
/// one that is in another has no data of the type asked for.
package struct FakeResolver: Resolver {
    package var mx: [String: [MXRecord]] = [:]
    package var addresses: [String: [IPAddress]] = [:]
    package var txt: [String: [String]] = [:]
    package var tlsa: [String: [TLSARecord]] = [:]
    package var ptr: [IPAddress: [String]] = [:]
    /// Followed before the other tables are looked at, up to eight in a row.
    package var cname: [String: String] = [:]
    /// Names that exist and have nothing.
    package var empty: Set<String> = []
    /// Every question about these names fails.
    package var failures: [String: ResolverFailure] = [:]
    package var isAuthenticated: Set<String> = []
    package var ttl: UInt32 = 300

    package init() {}

    package func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        var answer = try answer(name, mx)
        answer.records.sort { $0.preference < $1.preference }
        return answer
    }

    package func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        try answer(name, addresses)
    }

    package func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try answer(name, txt) }

    package func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try answer(name, tlsa) }

    /// The table of `cname`; `isAuthenticated` holds for the name itself.
    package func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        if let failure = failures[name] { throw failure }
        return Answer(
            status: cname[name] == nil ? .noData : .found, records: cname[name].map { [$0] } ?? [],
            canonicalName: name, ttl: ttl, isAuthenticated: isAuthenticated.contains(name))
    }

    package func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        let names = ptr[address]
        return Answer(
            status: names == nil ? .nonexistent : .found, records: names ?? [], canonicalName: "", ttl: ttl)
    }

    private func answer<Record>(
        _ name: String, _ table: [String: [Record]]
    ) throws(ResolverFailure) -> Answer<Record> {
        var canonical = name.lowercased()
        if canonical.hasSuffix(".") { canonical.removeLast() }
        for _ in 0..<8 {
            if let failure = failures[canonical] { throw failure }
            guard let next = cname[canonical] else { break }
            canonical = next
        }
        let records = table[canonical] ?? []
        let exists =
            mx[canonical] != nil || addresses[canonical] != nil || txt[canonical] != nil || tlsa[canonical] != nil
            || empty.contains(canonical)
        return Answer(
            status: !records.isEmpty ? .found : exists ? .noData : .nonexistent, records: records,
            canonicalName: canonical, ttl: ttl, isAuthenticated: isAuthenticated.contains(canonical))
    }
}
