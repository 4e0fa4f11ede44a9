import Mail

/// One run of `check_host()` with its counters (RFC 7208 §4.6). Includes recurse; each costs one of the ten look-ups,
/// so the depth is bounded by them.
struct SPFEvaluation {
    /// What ends the evaluation wherever it is.
    enum Stop: Error, Hashable {
        case temporary(String)
        case permanent(String)
    }

    /// How one record, or the one it redirects to, decided.
    struct Verdict {
        var result: SPFResult
        var reason: String
        /// Of the directive that matched.
        var mechanism: String?
        var explanation: SPFMacro?
        /// The domain of the record that decided: `%{d}` of its explanation.
        var domain: String
    }

    let resolver: any Resolver
    let options: SPFOptions
    let time: any TimeSource
    private let deadline: MonotonicInstant
    /// Its `domain` is that of the record being evaluated.
    var values: SPFMacroValues
    private(set) var lookups = 0
    private(set) var voidLookups = 0
    /// The names of the client, asked for once.
    var pointers: SPFPointers?

    init(resolver: any Resolver, options: SPFOptions, time: any TimeSource, values: SPFMacroValues) {
        self.resolver = resolver
        self.options = options
        self.time = time
        self.values = values
        deadline = time.now + options.timeLimit
    }

    mutating func outcome(_ identity: SPFOutcome.Identity, of domain: String) async -> SPFOutcome {
        var outcome = SPFOutcome(
            .none, identity: identity, domain: SPFCharacter.printable(domain, limit: 253), reason: "")
        do throws(Stop) {
            if let verdict = try await checkHost(domain) {
                outcome.result = verdict.result
                outcome.reason = verdict.reason
                outcome.mechanism = verdict.mechanism
                // RFC 7208 §6.2: fetched once, when everything is decided, and counted for nothing.
                if verdict.result == .fail, options.fetchesExplanation {
                    outcome.explanation = await explanation(verdict)
                }
            } else {
                // RFC 7208 §4.5.
                outcome.reason = "\(domain) publishes no SPF record"
            }
        } catch {
            switch error {
            case .temporary(let reason): (outcome.result, outcome.reason) = (.temperror, reason)
            case .permanent(let reason): (outcome.result, outcome.reason) = (.permerror, reason)
            }
        }
        // The names in it are strangers' words.
        outcome.reason = SPFCharacter.printable(outcome.reason, limit: 400)
        outcome.lookups = lookups
        outcome.voidLookups = voidLookups
        return outcome
    }

    /// `nil` is the result `none`: there is no record.
    mutating func checkHost(_ start: String) async throws(Stop) -> Verdict? {
        var domain = start
        guard var record = try await record(of: domain) else { return nil }
        while true {
            for directive in record.directives {
                // An include has moved it.
                values.domain = domain
                if try await matches(directive) { return decided(by: directive, record, domain) }
            }
            guard let redirect = record.redirect else {
                // RFC 7208 §4.7.
                return Verdict(
                    result: .neutral, reason: "nothing in the record of \(domain) matches", domain: domain)
            }
            values.domain = domain
            try countLookup("redirect=\(redirect.text)")
            guard let target = try await name(redirect), SPFName.isPolicyDomain(target) else {
                // RFC 7208 §6.1: a malformed target is permerror.
                throw .permanent("redirect=\(redirect.text) in the record of \(domain) is no domain name")
            }
            guard let next = try await self.record(of: target) else {
                throw .permanent("\(domain) redirects to \(target), which publishes no SPF record")
            }
            record = next
            domain = target
        }
    }

    private func decided(by directive: SPFDirective, _ record: SPFRecord, _ domain: String) -> Verdict {
        Verdict(
            result: directive.qualifier.result, reason: "\(directive.text) in the record of \(domain) matches",
            mechanism: directive.text, explanation: record.explanation, domain: domain)
    }

    /// RFC 7208 §4.4, §4.5. `nil`: the domain publishes none.
    private func record(of domain: String) async throws(Stop) -> SPFRecord? {
        guard
            let answer = try await ask(
                "TXT of \(domain)",
                { () throws(ResolverFailure) in
                    try await resolver.txt(domain)
                })
        else { return nil }
        let policies = answer.records.filter { SPFParser.isRecord($0) }
        // RFC 7208 §4.5: more than one is an error, even when they are alike.
        guard policies.count < 2 else {
            throw .permanent("\(domain) publishes \(policies.count) SPF records")
        }
        guard let text = policies.first else { return nil }
        do throws(SPFSyntaxFailure) {
            return try SPFRecord(parsing: text)
        } catch {
            // RFC 7208 §4.6: an error anywhere, even behind the term that would match.
            throw .permanent("record of \(domain): \(error)")
        }
    }

    /// RFC 7208 §4.6.4: at most ten terms that ask.
    mutating func countLookup(_ term: String) throws(Stop) {
        lookups += 1
        guard lookups <= options.maximumLookups else {
            throw .permanent("more than \(options.maximumLookups) DNS look-ups, at \(term)")
        }
    }

    /// RFC 7208 §4.6.4: at most two terms whose question finds nothing.
    mutating func countVoid(_ term: String) throws(Stop) {
        voidLookups += 1
        guard voidLookups <= options.maximumVoidLookups else {
            throw .permanent("more than \(options.maximumVoidLookups) look-ups that find nothing, at \(term)")
        }
    }

    /// Puts one question. `nil`: the name cannot be asked for, which is no error (RFC 7208 §4.8).
    func ask<Record>(
        _ what: @autoclosure () -> String, _ question: () async throws(ResolverFailure) -> Answer<Record>
    ) async throws(Stop) -> Answer<Record>? {
        try checkTime()
        let answer: Answer<Record>
        do throws(ResolverFailure) {
            answer = try await question()
        } catch {
            if error == .badName { return nil }
            // RFC 7208 §5: whatever the DNS fails to say is temperror.
            throw .temporary("\(what()): \(error)")
        }
        try checkTime()
        return answer
    }

    func checkTime() throws(Stop) {
        // RFC 7208 §4.6.4.
        guard time.now <= deadline else { throw .temporary("time limit of \(options.timeLimit) exceeded") }
    }
}
