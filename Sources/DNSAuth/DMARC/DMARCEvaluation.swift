import Mail

/// The evaluation for one author domain.
struct DMARCEvaluation {
    private let author: Domain
    private let discovery: DMARCDiscovery
    private let options: DMARCOptions
    private var lookups: DMARCLookups
    private var identifiersLeft: Int

    init(author: Domain, discovery: DMARCDiscovery, options: DMARCOptions) {
        self.author = author
        self.discovery = discovery
        self.options = options
        lookups = discovery.makeLookups()
        identifiersLeft = options.identifierLimit
    }

    /// What one mechanism has to say.
    private struct Voice {
        /// The domain that vouches for the author.
        var aligned: Domain?
        /// Passed for another domain.
        var stranger: Domain?
        /// Could have vouched, had the DNS answered.
        var failure: String?
        /// There was something to look at.
        var wasHeard = false
    }

    mutating func run(_ spf: [SPFOutcome], _ dkim: [DKIMOutcome]) async -> DMARCOutcome {
        let finding: DMARCDiscovery.Finding
        do throws(ResolverFailure) {
            guard let found = try await discovery.find(for: author, &lookups) else {
                // RFC 9989 §4.10.1: no record, no DMARC.
                return DMARCOutcome(.none, reason: "\(author) publishes no DMARC record", author: author)
            }
            finding = found
        } catch {
            return DMARCOutcome(
                .temperror, reason: "the DMARC record of \(author) cannot be looked up: \(error)", author: author)
        }
        guard let policy = finding.policy else {
            return DMARCOutcome(
                .none, reason: "the record of \(finding.domain) has no valid policy and no address for reports",
                author: author, recordDomain: finding.domain, organizationalDomain: finding.organizationalDomain)
        }
        let record = finding.record
        let byDKIM = await hear(dkim.map { Statement($0) }, record.dkimAlignment)
        let bySPF = await hear(spf.compactMap { Statement($0) }, record.spfAlignment)

        var outcome = DMARCOutcome(
            .fail, reason: "", author: author, recordDomain: finding.domain,
            organizationalDomain: finding.organizationalDomain, policy: policy, policyTag: finding.tag,
            isTesting: record.isTesting, isSPFAligned: bySPF.aligned != nil, isDKIMAligned: byDKIM.aligned != nil)
        if let reason = passReason(byDKIM, record.dkimAlignment, bySPF, record.spfAlignment) {
            outcome.result = .pass
            outcome.reason = reason
            return outcome
        }
        // RFC 9989 §5.3.6: with questions unanswered the message has neither passed nor failed.
        if let failure = byDKIM.failure ?? bySPF.failure {
            outcome.result = .temperror
            outcome.reason = failure
            return outcome
        }
        if let failure = finding.existenceFailure {
            outcome.result = .temperror
            outcome.reason = "whether \(author) exists, which np asks, cannot be looked up: \(failure)"
            return outcome
        }
        outcome.reason = "\(words(byDKIM, "DKIM")); \(words(bySPF, "SPF"))"
        outcome.disposition = disposition(of: policy, in: record)
        return outcome
    }

    /// What is asked for a message that failed.
    private func disposition(of policy: DMARCPolicy, in record: DMARCRecord) -> DMARCPolicy {
        // RFC 9989 §4.7 `t`: one level below.
        if record.isTesting { return policy.milder }
        // RFC 7489 §6.6.4: a message that is not among the sampled ones gets the next milder policy.
        if record.percentage < 100, options.sample() >= record.percentage { return policy.milder }
        return policy
    }

    /// The alignment of all domains that one mechanism named.
    private mutating func hear(_ statements: [Statement], _ alignment: DMARCRecord.Alignment) async -> Voice {
        var voice = Voice()
        var seen: Set<Statement> = []
        for statement in statements {
            voice.wasHeard = voice.wasHeard || statement.says != .nothing
            // What failed vouches for nobody, aligned or not. To ask about it would let a forger, who may add as many
            // broken signatures as he likes, turn a fail into a temporary error or use up the questions.
            guard statement.mayVouch, let domain = statement.domain, seen.insert(statement).inserted,
                identifiersLeft > 0
            else { continue }
            identifiersLeft -= 1
            do throws(ResolverFailure) {
                guard try await discovery.isAligned(domain, with: author, alignment, &lookups) else {
                    if statement.says == .pass, voice.stranger == nil { voice.stranger = domain }
                    continue
                }
            } catch {
                if voice.failure == nil { voice.failure = "the alignment of \(domain) cannot be looked up: \(error)" }
                continue
            }
            if statement.says == .pass {
                voice.aligned = voice.aligned ?? domain
            } else if statement.says == .unsure {
                voice.failure = voice.failure ?? "the check of \(domain), which is aligned, met a temporary error"
            }
        }
        return voice
    }

    private func passReason(
        _ dkim: Voice, _ dkimAlignment: DMARCRecord.Alignment, _ spf: Voice, _ spfAlignment: DMARCRecord.Alignment
    ) -> String? {
        var parts: [String] = []
        if let domain = dkim.aligned { parts.append("DKIM of \(domain) (\(dkimAlignment))") }
        if let domain = spf.aligned { parts.append("SPF of \(domain) (\(spfAlignment))") }
        return parts.isEmpty ? nil : "aligned: " + parts.joined(separator: " and ")
    }

    private func words(_ voice: Voice, _ name: String) -> String {
        if let stranger = voice.stranger {
            return "\(name) passed for \(stranger), which is not aligned with \(author)"
        }
        return voice.wasHeard ? "\(name) did not pass" : "no \(name) result"
    }
}

/// A result of SPF or DKIM as DMARC sees it.
private struct Statement: Hashable {
    enum Says: Hashable {
        case pass
        /// A temporary error.
        case unsure
        case other
        case nothing
    }

    var says: Says
    var domain: Domain?

    var mayVouch: Bool {
        switch says {
        case .pass, .unsure: true
        case .other, .nothing: false
        }
    }

    init(_ outcome: DKIMOutcome) {
        domain = outcome.domain
        switch outcome.result {
        case .pass: says = .pass
        case .temperror: says = .unsure
        case .none: says = .nothing
        case .fail, .policy, .neutral, .permerror: says = .other
        }
    }

    /// `nil` for the HELO identity, which DMARC does not use (RFC 9989 §4.4.2).
    init?(_ outcome: SPFOutcome) {
        guard outcome.identity == .mailFrom else { return nil }
        let text = outcome.domain.hasSuffix(".") ? outcome.domain.dropLast() : outcome.domain[...]
        let isPrintable = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        domain = text.isEmpty || !isPrintable ? nil : Domain(canonical: text.lowercased())
        switch outcome.result {
        case .pass: says = .pass
        case .temperror: says = .unsure
        case .none: says = .nothing
        case .neutral, .fail, .softfail, .permerror: says = .other
        }
    }
}

extension DMARCPolicy {
    /// One level below (RFC 9989 §4.7 `t`).
    fileprivate var milder: DMARCPolicy {
        switch self {
        case .reject: .quarantine
        case .quarantine, .none: .none
        }
    }
}
