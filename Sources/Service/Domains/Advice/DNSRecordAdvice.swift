package import Mail

/// One DNS record the owner of a domain should publish.
package struct DNSRecordAdvice: Hashable, Sendable {
    package enum Purpose: String, Hashable, Sendable {
        case spf, dkim, dmarc
        case returnPath = "return_path"
        case tracking
    }

    package var purpose: Purpose
    /// `TXT` or `CNAME`.
    package var type: String
    /// The full name, without the final dot.
    package var name: String
    /// Of a TXT record one string; whoever writes zone text splits it at 255 bytes (RFC 1035 §3.3.14). Of a CNAME the
    /// name without the final dot.
    package var value: String
    /// What the last check found there; `nil` before the first.
    package var status: DomainFinding.Status?
    /// What is special about it, for people; empty when nothing is.
    package var note: String

    package init(
        purpose: Purpose, type: String, name: String, value: String, status: DomainFinding.Status? = nil,
        note: String = ""
    ) {
        self.purpose = purpose
        self.type = type
        self.name = name
        self.value = value
        self.status = status
        self.note = note
    }
}
