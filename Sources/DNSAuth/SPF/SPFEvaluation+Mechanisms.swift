import Mail

// The mechanisms (RFC 7208 §5).
extension SPFEvaluation {
    mutating func matches(_ directive: SPFDirective) async throws(Stop) -> Bool {
        if directive.mechanism.costsLookup { try countLookup(directive.text) }
        switch directive.mechanism {
        case .all: return true
        // An IPv6 network never matches an IPv4 client, mapped or not (RFC 7208 §5).
        case .network(let network): return network.contains(values.client)
        case .include(let target): return try await includes(target, directive.text)
        case .a(let target, let prefixes): return try await matchesHost(target, prefixes, directive.text)
        case .mx(let target, let prefixes): return try await matchesMX(target, prefixes, directive.text)
        case .ptr(let target): return try await matchesPointer(target, directive.text)
        case .exists(let target): return try await exists(target, directive.text)
        }
    }

    /// The name a term is about; `nil` when it cannot be asked for.
    mutating func name(_ target: SPFMacro?) async throws(Stop) -> String? {
        guard let target else { return values.domain }
        if target.needsValidatedName { values.validatedName = try await validatedName() }
        return target.name(values)
    }

    /// RFC 7208 §5.2: the table of results.
    private mutating func includes(_ target: SPFMacro, _ term: String) async throws(Stop) -> Bool {
        let domain = values.domain
        guard let name = try await name(target), SPFName.isPolicyDomain(name), let verdict = try await checkHost(name)
        else { throw .permanent("\(term) in the record of \(domain): no SPF record there") }
        switch verdict.result {
        case .pass: return true
        case .fail, .softfail, .neutral, .none, .temperror, .permerror: return false
        }
    }

    /// RFC 7208 §5.3.
    private mutating func matchesHost(
        _ target: SPFMacro?, _ prefixes: SPFPrefixes, _ term: String
    ) async throws(Stop) -> Bool {
        guard let name = try await name(target), let hosts = try await addresses(name) else { return false }
        if hosts.isEmpty { try countVoid(term) }
        return hosts.contains { prefixes.match($0, values.client) }
    }

    /// RFC 7208 §5.4. Without MX records it does not match: there is no implicit MX here.
    private mutating func matchesMX(
        _ target: SPFMacro?, _ prefixes: SPFPrefixes, _ term: String
    ) async throws(Stop) -> Bool {
        guard let name = try await name(target),
            let answer = try await ask("MX of \(name)", { () throws(ResolverFailure) in try await resolver.mx(name) })
        else { return false }
        if answer.records.isEmpty { try countVoid(term) }
        // RFC 7208 §4.6.4.
        guard answer.records.count <= options.maximumMX else {
            throw .permanent("\(term): \(answer.records.count) MX records at \(name)")
        }
        for record in answer.records where SPFName.isAskable(record.exchange) {
            // A host of an MX that finds nothing is not a term that finds nothing.
            guard let hosts = try await addresses(record.exchange) else { continue }
            if hosts.contains(where: { prefixes.match($0, values.client) }) { return true }
        }
        return false
    }

    /// RFC 7208 §5.7: always A, also for an IPv6 client.
    private mutating func exists(_ target: SPFMacro, _ term: String) async throws(Stop) -> Bool {
        guard let name = try await name(target),
            let answer = try await ask(
                "A of \(name)", { () throws(ResolverFailure) in try await resolver.addresses(name, family: .v4) })
        else { return false }
        if answer.records.isEmpty { try countVoid(term) }
        return !answer.records.isEmpty
    }

    /// Of the client's family (RFC 7208 §5).
    func addresses(_ name: String) async throws(Stop) -> [IPAddress]? {
        let family = IPFamily(of: values.client)
        return try await ask(
            "addresses of \(name)",
            { () throws(ResolverFailure) in try await resolver.addresses(name, family: family) })?.records
    }
}
