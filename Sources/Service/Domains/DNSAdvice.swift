import DNSAuth
package import Mail

/// One DNS record the owner of a domain should publish.
package struct DNSRecordAdvice: Hashable, Sendable {
    package enum Purpose: String, Hashable, Sendable {
        case spf, dkim, dmarc
    }

    package var purpose: Purpose
    /// `TXT` for all that are advised today.
    package var type: String
    /// The full name, without the final dot.
    package var name: String
    /// One string; whoever writes zone text splits it at 255 bytes (RFC 1035 §3.3.14).
    package var value: String
}

/// Works out what to publish.
package struct DNSAdvice: Sendable {
    /// The name under which this engine greets; its addresses are what SPF has to allow.
    package var hostname: String

    package init(hostname: String) { self.hostname = hostname }

    package func records(for domain: SendingDomain) -> [DNSRecordAdvice] {
        let name = domain.name.text
        var records = domain.dkim.map { key in
            DNSRecordAdvice(
                purpose: .dkim, type: "TXT", name: DKIMRecord.name(selector: key.selector, domain: domain.name),
                value: DKIMRecord(key).text)
        }
        records.append(
            DNSRecordAdvice(purpose: .spf, type: "TXT", name: name, value: "v=spf1 a:\(hostname) mx ~all"))
        records.append(
            DNSRecordAdvice(purpose: .dmarc, type: "TXT", name: "_dmarc.\(name)", value: "v=DMARC1; p=none"))
        return records
    }
}
