import DNSAuth
import Foundation
import Mail
import Service

extension Configuration {
    /// `authentication`: how inbound mail is judged.
    mutating func readAuthentication(_ section: ConfigurationSection) {
        enum Word { case rfc9989, rfc7489 }
        authentication.timeLimit = section.duration("timeout", default: authentication.timeLimit)
        authentication.spf.receiver = hostname
        authentication.spf.maximumVoidLookups = section.number(
            "spf_void_lookups", default: authentication.spf.maximumVoidLookups, in: 0...100)
        authentication.spf.fetchesExplanation = section.flag(
            "spf_explanation", default: authentication.spf.fetchesExplanation)
        authentication.dkim.signatureLimit = section.number(
            "dkim_signatures", default: authentication.dkim.signatureLimit, in: 1...100)
        let rules = section.choice("dmarc", default: Word.rfc9989, ["rfc9989": .rfc9989, "rfc7489": .rfc7489])
        let suffixes = section.optionalText("public_suffix_list")
        switch rules {
        case .rfc9989:
            if suffixes != nil { section.problem("public_suffix_list", "is used with dmarc: rfc7489 only") }
        case .rfc7489: authentication.dmarc = .rfc7489(suffixes: suffixes.flatMap { suffixList($0, section) })
        }
        section.finish()
    }

    private func suffixList(_ path: String, _ section: ConfigurationSection) -> PublicSuffixList? {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            section.problem("public_suffix_list", "\(path) cannot be read")
            return nil
        }
        do { return try PublicSuffixList(parsing: [UInt8](bytes).span) } catch {
            section.problem("public_suffix_list", "\(path): \(error)")
            return nil
        }
    }

    /// `domains`: what tenants are advised to publish, and how often it is looked at.
    mutating func readDomains(_ section: ConfigurationSection) {
        sending.sources = section.parsedList("sources", as: "an IP address") { IPAddress($0) } ?? []
        sending.spfInclude = section.optionalText("spf_include")
        sending.returnPathLabel = section.optionalText("return_path")
        sending.trackingLabel = section.optionalText("tracking")
        sending.dmarcReports = reports.addresses.first.map(\.description)
        domainChecks.interval = section.duration("check_every", default: domainChecks.interval)
        domainChecks.grace = section.duration("grace", default: domainChecks.grace)
        domainChecks.overlap = section.duration("key_overlap", default: domainChecks.overlap)
        section.finish()
    }

    /// `reports`: must come before `domains`, which advises its first address.
    mutating func readReports(_ section: ConfigurationSection) {
        reports.addresses = section.parsedList("addresses", as: "a mailbox") { Mailbox($0) } ?? []
        reports.contact = section.parsed("contact", as: "a mailbox") { Mailbox($0) }
        reports.organization = section.text("organization", default: hostname)
        reports.sendsTLS = section.flag("send_tls", default: true)
        reports.sendsDMARC = section.flag("send_dmarc", default: true)
        reports.retention = section.duration("keep", default: reports.retention)
        if !reports.addresses.isEmpty, inbound.listeners.isEmpty {
            section.problem("addresses", "needs a port in inbound: nothing could arrive for them")
        }
        section.finish()
    }

    /// `outside`: web servers of strangers, and whose certificates count.
    mutating func readOutside(_ section: ConfigurationSection) {
        outside.caFile = section.optionalText("ca_file")
        outside.allowsLoopback = section.flag("allow_loopback", default: false)
        outside.allowedNetworks =
            section.parsedList("allowed_networks", as: "a network such as 10.0.0.0/8") { IPNetwork($0) } ?? []
        section.finish()
    }
}
