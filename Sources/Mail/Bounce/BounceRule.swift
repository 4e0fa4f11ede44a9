/// One block of the rules: what it says, and what must hold besides one of its phrases.
struct BounceRule: Hashable, Sendable {
    var category: BounceCategory
    var kind: BounceClass?
    /// Any of them; empty: every code.
    var codes: [CodePattern] = []
    /// Any of them; empty: every status, and none.
    var statuses: [StatusPattern] = []
    /// Lower-case suffixes of the name of the host that answered; empty: every host.
    var providers: [[UInt8]] = []
    var hasPhrases = false
    /// The file and line, for people.
    var place: String

    /// `550`, `55x` or `5xx`.
    struct CodePattern: Hashable, Sendable {
        var low: UInt16
        var high: UInt16
    }

    /// `5.1.1`, `x.1.1` or `5.7.x`.
    struct StatusPattern: Hashable, Sendable {
        var severity: UInt8?
        var subject: UInt16?
        var detail: UInt16?
    }

    func holds(_ evidence: BounceEvidence) -> Bool {
        holds(code: evidence.code) && holds(status: evidence.enhanced) && holds(host: evidence.host)
    }

    private func holds(code: UInt16?) -> Bool {
        if codes.isEmpty { return true }
        guard let code else { return false }
        for pattern in codes where pattern.low <= code && code <= pattern.high { return true }
        return false
    }

    private func holds(status: EnhancedStatus?) -> Bool {
        if statuses.isEmpty { return true }
        guard let status else { return false }
        for pattern in statuses {
            if let severity = pattern.severity, severity != status.severity { continue }
            if let subject = pattern.subject, subject != status.subject { continue }
            if let detail = pattern.detail, detail != status.detail { continue }
            return true
        }
        return false
    }

    private func holds(host: [UInt8]) -> Bool {
        if providers.isEmpty { return true }
        for suffix in providers where host.count >= suffix.count {
            let start = host.count - suffix.count
            guard start == 0 || host[start - 1] == UInt8(ascii: ".") else { continue }
            if host[start...].elementsEqual(suffix) { return true }
        }
        return false
    }
}

/// What a rule looks at.
struct BounceEvidence {
    var code: UInt16?
    var enhanced: EnhancedStatus?
    /// In lower case, without the dot at its end; empty when nobody answered.
    var host: [UInt8]
}
