import Mail

/// The names of the client by PTR, the first ten, and which of them lead back to it.
struct SPFPointers {
    /// Canonical, in the order of the answer.
    var names: [String]
    /// Whether there were none, as opposed to no answer.
    var isVoid: Bool
    var isValid: [String: Bool] = [:]
}

extension SPFEvaluation {
    /// RFC 7208 §5.5.
    mutating func matchesPointer(_ target: SPFMacro?, _ term: String) async throws(Stop) -> Bool {
        guard let name = try await name(target) else { return false }
        let pointers = try await clientNames()
        if pointers.isVoid { try countVoid(term) }
        let parent = SPFName.canonical(name)
        // Names that would not match need not be validated, which saves their questions.
        for candidate in pointers.names where SPFName.isWithin(candidate, parent) {
            if try await isValidated(candidate) { return true }
        }
        return false
    }

    /// `%{p}` (RFC 7208 §7.3): the domain itself, a name below it, any other, or "unknown".
    mutating func validatedName() async throws(Stop) -> String {
        let domain = values.domain
        var other: String?
        var below: String?
        for candidate in try await clientNames().names where try await isValidated(candidate) {
            if candidate == domain { return candidate }
            if below == nil, SPFName.isWithin(candidate, domain) { below = candidate }
            if other == nil { other = candidate }
        }
        return below ?? other ?? "unknown"
    }

    private mutating func clientNames() async throws(Stop) -> SPFPointers {
        if let pointers { return pointers }
        try checkTime()
        var found = SPFPointers(names: [], isVoid: false)
        do throws(ResolverFailure) {
            let answer = try await resolver.ptr(values.client)
            // RFC 7208 §4.6.4: no more than ten; which ten is up to the client's DNS, so it is no error.
            found.names = answer.records.prefix(options.maximumPTR).map { SPFName.canonical($0) }
                .filter { SPFName.isAskable($0) }
            found.isVoid = answer.records.isEmpty
        } catch {
            // RFC 7208 §5.5: the mechanism does not match then.
        }
        try checkTime()
        pointers = found
        return found
    }

    /// Whether the name has the client's address.
    private mutating func isValidated(_ name: String) async throws(Stop) -> Bool {
        if let known = pointers?.isValid[name] { return known }
        try checkTime()
        var isValid = false
        do throws(ResolverFailure) {
            let family = IPFamily(of: values.client)
            isValid = try await resolver.addresses(name, family: family).records.contains(values.client)
        } catch {
            // RFC 7208 §5.5: a name that cannot be looked up is skipped.
        }
        try checkTime()
        pointers?.isValid[name] = isValid
        return isValid
    }
}
