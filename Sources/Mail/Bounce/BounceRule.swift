/// One block of the rules: what it says, and what must hold besides one of its phrases.
package struct BounceRule: Hashable, Sendable {
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
    package struct CodePattern: Hashable, Sendable {
        package var low: UInt16
        package var high: UInt16

        package func holds(_ code: UInt16) -> Bool { low <= code && code <= high }
    }

    /// `5.1.1`, `x.1.1` or `5.7.x`.
    package struct StatusPattern: Hashable, Sendable {
        var severity: UInt8?
        var subject: UInt16?
        var detail: UInt16?

        package func holds(_ status: EnhancedStatus) -> Bool {
            if let severity, severity != status.severity { return false }
            if let subject, subject != status.subject { return false }
            if let detail, detail != status.detail { return false }
            return true
        }
    }

    func holds(_ evidence: BounceEvidence) -> Bool {
        holds(code: evidence.code) && holds(status: evidence.enhanced) && holds(host: evidence.host)
    }

    private func holds(code: UInt16?) -> Bool {
        if codes.isEmpty { return true }
        guard let code else { return false }
        return codes.contains { $0.holds(code) }
    }

    private func holds(status: EnhancedStatus?) -> Bool {
        if statuses.isEmpty { return true }
        guard let status else { return false }
        return statuses.contains { $0.holds(status) }
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
