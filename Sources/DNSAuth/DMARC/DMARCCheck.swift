package import Mail

/// Judges whether the author of a message is who the From field says (RFC 9989 §5.3).
///
/// A message passes only when SPF or DKIM vouched for a domain that is aligned with the author's. Everything else,
/// an unreadable From included, is some other result.
package struct DMARCCheck: Sendable {
    private let discovery: DMARCDiscovery
    private let options: DMARCOptions

    package init(resolver: any Resolver, options: DMARCOptions = .rfc9989) {
        discovery = DMARCDiscovery(resolver: resolver, rules: options.rules)
        self.options = options
    }

    /// Never throws: what cannot be found out is `temperror`. Asks at most eight questions for each author and each
    /// authenticated domain within the limits of the options.
    /// - Parameter spf: only the MAIL FROM identity counts (RFC 9989 §4.4.2).
    package func evaluate(author: DMARCAuthor, spf: [SPFOutcome], dkim: [DKIMOutcome]) async -> DMARCOutcome {
        switch author {
        case .domain(let domain): return await evaluate(domain, spf, dkim)
        case .several(let domains):
            guard domains.count <= options.authorLimit else {
                return DMARCOutcome(
                    .permerror, reason: "From names \(domains.count) domains, of which \(options.authorLimit) are read")
            }
            var outcomes: [DMARCOutcome] = []
            for domain in domains { outcomes.append(await evaluate(domain, spf, dkim)) }
            return Self.strictest(outcomes)
        // RFC 9989 §4.2: without one readable From field there is no author to check. No result that could pass
        // for a good one: §11.5 warns of messages that are broken on purpose.
        case .missing: return DMARCOutcome(.permerror, reason: "there is no author in From")
        case .repeated(let count): return DMARCOutcome(.permerror, reason: "there are \(count) From fields")
        case .unreadable(let reason): return DMARCOutcome(.permerror, reason: "From cannot be read: \(reason)")
        case .noDomain: return DMARCOutcome(.permerror, reason: "there is no domain in From")
        }
    }

    private func evaluate(_ author: Domain, _ spf: [SPFOutcome], _ dkim: [DKIMOutcome]) async -> DMARCOutcome {
        guard !author.isAddressLiteral else {
            return DMARCOutcome(.none, reason: "\(author) is an address, not a domain", author: author)
        }
        var evaluation = DMARCEvaluation(author: author, discovery: discovery, options: options)
        return await evaluation.run(spf, dkim)
    }

    /// RFC 9989 §11.5: with several authors the strictest policy of the checks that fail. The message passes only when
    /// every author does.
    private static func strictest(_ outcomes: [DMARCOutcome]) -> DMARCOutcome {
        func rank(_ outcome: DMARCOutcome) -> Int {
            switch outcome.result {
            case .fail:
                switch outcome.disposition {
                case .reject: 7
                case .quarantine: 6
                case .none: 5
                }
            case .temperror: 4
            case .permerror: 3
            case .none: 2
            case .pass: 1
            }
        }
        guard var worst = outcomes.first else { return DMARCOutcome(.permerror, reason: "there is no author in From") }
        for outcome in outcomes.dropFirst() where rank(outcome) > rank(worst) { worst = outcome }
        worst.reason = "\(outcomes.count) author domains, strictest: \(worst.reason)"
        return worst
    }
}
