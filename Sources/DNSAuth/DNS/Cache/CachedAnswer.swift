import Mail

/// What the cache keeps for one question: the answer in the type its askers want, so that a hit only rewrites the TTL.
enum CachedAnswer: Hashable, Sendable {
    /// Of one family; `DNSResolver.addresses` joins two of them.
    case addresses(Answer<IPAddress>)
    case mx(Answer<MXRecord>)
    case txt(Answer<String>)
    case tlsa(Answer<TLSARecord>)
    case pointers(Answer<String>)
    case alias(Answer<String>)
    /// RFC 9520 §3.2: a failure is remembered for a moment.
    case failure(ResolverFailure)

    /// `nil` for a type that nobody asks for on its own.
    init?(
        _ records: [RecordData], type: RecordType, status: AnswerReading.Status?, name: DNSName, ttl: UInt32,
        authenticated: Bool
    ) {
        func answer<Record>(_ pick: (RecordData) -> Record?) -> Answer<Record> {
            let picked = records.compactMap(pick)
            let found: Answer<Record>.Status
            switch status {
            case .nonexistent: found = .nonexistent
            case .noData: found = .noData
            case nil: found = picked.isEmpty ? .noData : .found
            }
            return Answer(
                status: found, records: picked, canonicalName: name.text, ttl: ttl, isAuthenticated: authenticated)
        }
        switch type {
        case .a, .aaaa: self = .addresses(answer { if case .address(let value) = $0 { value } else { nil } })
        case .mx:
            var mx = answer { if case .mx(let value) = $0 { value } else { nil } }
            // RFC 5321 §5.1: by preference. By name inside one preference, so that one set always looks the same.
            mx.records.sort { ($0.preference, $0.exchange) < ($1.preference, $1.exchange) }
            self = .mx(mx)
        case .txt: self = .txt(answer { if case .txt(let value) = $0 { value } else { nil } })
        case .tlsa: self = .tlsa(answer { if case .tlsa(let value) = $0 { value } else { nil } })
        case .ptr: self = .pointers(answer { if case .pointer(let value) = $0 { value.text } else { nil } })
        case .cname: self = .alias(answer { if case .alias(let value) = $0 { value.text } else { nil } })
        case .ns, .soa: return nil
        }
    }

    /// The same with the seconds that are left.
    func aged(ttl: UInt32) -> CachedAnswer {
        switch self {
        case .addresses(var answer):
            answer.ttl = ttl
            return .addresses(answer)
        case .mx(var answer):
            answer.ttl = ttl
            return .mx(answer)
        case .txt(var answer):
            answer.ttl = ttl
            return .txt(answer)
        case .tlsa(var answer):
            answer.ttl = ttl
            return .tlsa(answer)
        case .pointers(var answer):
            answer.ttl = ttl
            return .pointers(answer)
        case .alias(var answer):
            answer.ttl = ttl
            return .alias(answer)
        case .failure: return self
        }
    }
}

// The answer in the type that the question promises. Another type cannot come out of the cache under that question; it
// is a failure all the same, since it is cheaper to say so than to prove it.
extension CachedAnswer {
    func addresses() throws(ResolverFailure) -> Answer<IPAddress> {
        if case .addresses(let answer) = self { return answer }
        throw failure
    }

    func mx() throws(ResolverFailure) -> Answer<MXRecord> {
        if case .mx(let answer) = self { return answer }
        throw failure
    }

    func txt() throws(ResolverFailure) -> Answer<String> {
        if case .txt(let answer) = self { return answer }
        throw failure
    }

    func tlsa() throws(ResolverFailure) -> Answer<TLSARecord> {
        if case .tlsa(let answer) = self { return answer }
        throw failure
    }

    func pointers() throws(ResolverFailure) -> Answer<String> {
        if case .pointers(let answer) = self { return answer }
        throw failure
    }

    func alias() throws(ResolverFailure) -> Answer<String> {
        if case .alias(let answer) = self { return answer }
        throw failure
    }

    private var failure: ResolverFailure {
        if case .failure(let failure) = self { return failure }
        return .malformed
    }
}
