import DNSAuth
import Foundation
import Mail
import Service

extension Configuration {
    /// `authentication`: how inbound mail is judged.
    mutating func readAuthentication(_ section: ConfigurationSection) {
        enum Word { case rfc9989, rfc7489 }
        authentication.timeLimit = section.duration("timeout", default: authentication.timeLimit, atLeast: .seconds(1))
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
        sending.spfInclude = section.parsed("spf_include", as: "a domain name", Self.name)
        sending.returnPathLabel = section.parsed("return_path", as: "a label to put in front of a domain", Self.name)
        sending.trackingLabel = section.parsed("tracking", as: "a label to put in front of a domain", Self.name)
        sending.dmarcReports = reports.addresses.first.map(\.description)
        domainChecks.interval = section.duration(
            "check_every", default: domainChecks.interval, atLeast: .seconds(60))
        domainChecks.grace = section.duration("grace", default: domainChecks.grace)
        domainChecks.overlap = section.duration("key_overlap", default: domainChecks.overlap)
        section.finish()
    }

    /// One or more labels of letters, digits, hyphens and underscores, as in `_spf.example.com`.
    private static func name(_ text: String) -> String? {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        return isName && text.utf8.count <= 253 ? text : nil
    }

    /// `reports`: must come before `domains`, which advises its first address.
    mutating func readReports(_ section: ConfigurationSection) {
        reports.addresses = section.parsedList("addresses", as: "a mailbox") { Mailbox($0) } ?? []
        reports.contact = section.parsed("contact", as: "a mailbox") { Mailbox($0) }
        reports.organization = section.text("organization", default: hostname)
        reports.sendsTLS = section.flag("send_tls", default: true)
        reports.sendsDMARC = section.flag("send_dmarc", default: true)
        reports.retention = section.duration("keep", default: reports.retention, atLeast: .seconds(86_400))
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
