import MTA
import Mail

extension Configuration {
    /// `inbound`: the ports for mail from strangers, and whose mail is taken there.
    mutating func readInbound(_ section: ConfigurationSection, limits: ServerLimits, timeouts: ServerTimeouts) {
        inbound.listeners = section.sections("ports").compactMap { listener($0, limits: limits, timeouts: timeouts) }
        inbound.domains = Set(
            section.parsedList("domains", as: "a domain name") { text in
                Domain(text).flatMap { $0.isAddressLiteral ? nil : $0 }
            } ?? [])
        inbound.obeysPolicy = section.flag("enforce_dmarc", default: false)
        // RFC 8601 §2.5: a name without spaces; it stands in front of every result.
        inbound.authority = section.parsed("authority", as: "a domain name") { text in
            Domain(text).flatMap { $0.isAddressLiteral ? nil : text }
        }
        if !inbound.listeners.isEmpty, inbound.domains.isEmpty {
            section.problem("domains", "is needed: without a domain every recipient would be refused")
        }
        section.finish()
    }
}
