import Mail

/// The questions of one evaluation. Walks of several identifiers pass the same names; each is asked about once.
struct DMARCLookups {
    /// What stands at one name.
    enum Answer: Hashable, Sendable {
        case none
        case record(DMARCRecord)
        /// Several records at one name are all discarded (RFC 9989 §4.10 step 2).
        case several(Int)
    }

    private let resolver: any Resolver
    private let grammar: DMARCGrammar
    private var answers: [Domain: Answer] = [:]

    init(resolver: any Resolver, grammar: DMARCGrammar) {
        self.resolver = resolver
        self.grammar = grammar
    }

    /// Throws what the resolver throws, except that a name too long for the DNS has no record.
    mutating func answer(at domain: Domain) async throws(ResolverFailure) -> Answer {
        if let known = answers[domain] { return known }
        let texts: [String]
        do throws(ResolverFailure) {
            texts = try await resolver.txt("_dmarc." + domain.text).records
        } catch {
            // A long author domain is no reason for a temporary failure: the label in front made it too long to exist.
            guard error == .badName else { throw error }
            texts = []
        }
        let records = texts.compactMap { DMARCParser.parse($0, grammar: grammar) }
        let answer: Answer
        switch records.count {
        case 0: answer = .none
        case 1: answer = .record(records[0])
        default: answer = .several(records.count)
        }
        answers[domain] = answer
        return answer
    }

    /// The walk up to the root or to a record that says what it is.
    mutating func walk(from start: Domain) async throws(ResolverFailure) -> DMARCWalk {
        var found: [DMARCWalk.Found] = []
        for domain in DMARCWalk.targets(from: start) {
            guard case .record(let record) = try await answer(at: domain) else { continue }
            found.append(DMARCWalk.Found(domain: domain, record: record))
            // RFC 9989 §4.10 steps 2 and 6: stop.
            if record.publicSuffix != .unsaid { break }
        }
        return DMARCWalk(start: start, found: found)
    }

    /// RFC 9989 §3.2.13: only NXDOMAIN says that a name does not exist.
    func exists(_ domain: Domain) async throws(ResolverFailure) -> Bool {
        do throws(ResolverFailure) {
            return try await resolver.txt(domain.text).status != .nonexistent
        } catch {
            guard error == .badName else { throw error }
            return false
        }
    }
}
