import Mail

/// What a domain and its hosts publish about TLS.
extension DomainInspection {
    func stsSection(_ domain: Domain, _ exchanges: InspectedExchanges) async -> DomainReport.Section {
        let record: MTASTSLookup
        do throws(ResolverFailure) {
            record = MTASTSLookup(try await resolver.txt(MTASTSRecord.name(for: domain)))
        } catch {
            record = .failed(error)
        }
        let name = MTASTSRecord.name(for: domain)
        switch record {
        case .found: break
        case .absent:
            var section = DomainReport.Section(.mtaSTS, "none")
            section.state("mode", .text("none"))
            if !exchanges.isNullMX {
                section.find(
                    .note, "no MTA-STS policy: whoever sits between can take TLS away",
                    fix: "publish \(name) TXT \"v=STSv1; id=1\" and the policy at \(MTASTSCheck.url(for: domain))")
            }
            return section
        case .several(let count):
            return Self.broken(.mtaSTS, "\(count) records at \(name), which count as none", fix: "keep one")
        case .invalid(let failure):
            return Self.broken(
                .mtaSTS, "the record at \(name) is malformed: \(failure)", fix: "publish \"v=STSv1; id=1\"")
        case .failed(let failure):
            return Self.broken(.mtaSTS, "the DNS does not answer for \(name): \(failure)", fix: nil)
        }
        let answer =
            if case .success(let answer) = exchanges.answer { answer } else {
                Answer<MXRecord>(status: .noData, canonicalName: domain.text, ttl: 0)
            }
        switch await policies.policy(for: domain, exchanges: answer).sts {
        case .absent:
            var section = DomainReport.Section(.mtaSTS, "mode none")
            section.state("mode", .text("none"))
            section.find(.note, "the policy says mode: none, which protects nothing", fix: "set mode: enforce")
            return section
        case .unavailable(let reason):
            return Self.unavailable(reason, domain)
        case .testing(let policy):
            var section = Self.section(policy, exchanges)
            section.find(
                .note, "mode: testing only reports; mail goes out unprotected all the same",
                fix: "set mode: enforce when the TLS reports show no failures")
            return section
        case .enforce(let policy):
            var section = Self.section(policy, exchanges)
            if section.level != .problem { section.find(.ok, "the policy is enforced") }
            return section
        }
    }

    private static func section(_ policy: MTASTSPolicy, _ exchanges: InspectedExchanges) -> DomainReport.Section {
        var section = DomainReport.Section(
            .mtaSTS, "\(policy.mode.rawValue), for \(policy.maxAge / 86_400) days, id \(policy.id)")
        section.published = policy.mx.map { .init("mx: \($0)") }
        section.state("mode", .text(policy.mode.rawValue))
        section.state("max_age", .number(policy.maxAge))
        section.state("id", .text(policy.id))
        section.state("mx", .list(policy.mx.map { .text($0) }))
        for host in exchanges.hosts where !policy.names(host: host.name) {
            // RFC 8461 §4.1: such a host is not used.
            section.find(
                .problem, "the policy does not allow \(host.name), so no mail goes there",
                fix: "add \"mx: \(host.name)\" to the policy and change the id of the record")
        }
        if policy.maxAge < 86_400 {
            section.find(
                .note, "max_age is \(policy.maxAge) seconds: an attacker need not wait long",
                fix: "use weeks (RFC 8461 §3.2)")
        }
        return section
    }

    private static func unavailable(_ reason: MTASTSFetchFailure, _ domain: Domain) -> DomainReport.Section {
        let url = MTASTSCheck.url(for: domain)
        switch reason {
        case .fetch(let reason):
            return broken(.mtaSTS, "the policy cannot be fetched: \(reason)", fix: "serve \(url)")
        case .invalid(let reason):
            return broken(.mtaSTS, "the policy is invalid: \(reason)", fix: "repair the file at \(url)")
        case .certificate(let reason):
            return broken(
                .mtaSTS, "the certificate of the policy host does not hold: \(reason)",
                fix: "give mta-sts.\(domain) a certificate that browsers accept")
        }
    }

    static func broken(_ topic: DomainReport.Topic, _ text: String, fix: String?) -> DomainReport.Section {
        var section = DomainReport.Section(topic, "unusable")
        section.find(.problem, text, fix: fix)
        return section
    }

    func daneSection(_ exchanges: InspectedExchanges) async -> DomainReport.Section {
        var isListSecure = exchanges.isImplicit
        if case .success(let answer) = exchanges.answer, answer.isAuthenticated { isListSecure = true }
        var section = DomainReport.Section(.dane)
        var protected = 0
        var isAnySecure = false
        var facts: [DomainReport.FactValue] = []
        for host in exchanges.hosts {
            guard case .success(let addresses) = host.addresses else { continue }
            isAnySecure = isAnySecure || addresses.isAuthenticated
            let status = await policies.dane(for: host.name, port: options.port, addresses: addresses)
            let word: String
            switch status {
            case .absent: word = "none"
            case .unusable:
                word = "unusable"
                section.find(
                    .problem, "none of the TLSA records of \(host.name) can be used",
                    fix: "publish \"3 1 1\" with the SHA-256 of the host's public key (RFC 7672 §3.1)")
            case .usable(let records, _, let base):
                word = "usable"
                protected += 1
                section.published.append(
                    .init("_\(options.port)._tcp.\(base)", records.map { .init(Self.text($0)) }))
            case .failed(let reason):
                word = "failed"
                section.find(
                    .problem, "the TLSA records of \(host.name) cannot be looked up: \(reason); it gets no mail",
                    fix: "repair the zone: senders that use DANE wait until it answers (RFC 7672 §2.2)")
            }
            facts.append(
                .object([
                    .init(name: "host", value: .text(host.name)), .init(name: "status", value: .text(word)),
                ]))
        }
        section.state("exchanges_secure", .flag(isListSecure))
        section.state("hosts", .list(facts))
        section.summary =
            protected == 0 ? "none" : "\(protected) of \(exchanges.hosts.count) hosts"
        guard !exchanges.hosts.isEmpty else { return section }
        if protected > 0, !isListSecure {
            // RFC 7672 §2.2.1.
            section.find(
                .problem, "the TLSA records do not count, because the MX records of \(exchanges.domain) are not signed",
                fix: "sign the zone of \(exchanges.domain) with DNSSEC")
        } else if protected == exchanges.hosts.count {
            section.find(.ok, "every host proves itself by DANE")
        } else if protected > 0 {
            section.find(
                .note, "some hosts have no TLSA records, and mail to them is not protected",
                fix: "publish TLSA records for every host")
        } else if section.findings.isEmpty, !isListSecure, !isAnySecure {
            section.find(
                .note, "no answer was secured by DNSSEC, or the resolver is not trusted to say so",
                fix: "sign the zones; to see DANE here, ask a validating resolver with --trust-ad")
        } else if section.findings.isEmpty {
            section.find(.note, "no TLSA records", fix: "publish \"3 1 1\" records for each host (RFC 7672)")
        }
        return section
    }

    private static func text(_ record: TLSARecord) -> String {
        let digits = record.data.prefix(16).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        let rest = record.data.count > 16 ? "..." : ""
        return "\(record.usage) \(record.selector) \(record.matchingType) \(digits)\(rest)"
    }

    func tlsReportSection(_ domain: Domain) async -> DomainReport.Section {
        let name = TLSRPTRecord.name(for: domain)
        switch await TLSRPTCheck(resolver: resolver).record(for: domain) {
        case .found(let record):
            let places = record.destinations.map {
                switch $0 {
                case .mail(let address): "mailto:\(address)"
                case .https(let url): url
                case .other(let uri): uri
                }
            }
            var section = DomainReport.Section(.tlsReports, places.joined(separator: ", "))
            section.state("rua", .list(places.map { .text($0) }))
            let isSendable = record.destinations.contains { if case .other = $0 { false } else { true } }
            if isSendable {
                section.find(.ok, "reports on TLS are asked for")
            } else {
                section.find(.problem, "no address is one that reports are sent to", fix: "use mailto: or https:")
            }
            return section
        case .absent:
            var section = DomainReport.Section(.tlsReports, "none")
            section.find(
                .note, "nobody is told when TLS to this domain fails",
                fix: "publish \(name) TXT \"v=TLSRPTv1; rua=mailto:tls-reports@\(domain)\"")
            return section
        case .several(let count):
            return Self.broken(.tlsReports, "\(count) records at \(name), which count as none", fix: "keep one")
        case .invalid(let failure):
            return Self.broken(
                .tlsReports, "the record at \(name) is malformed: \(failure)",
                fix: "publish \"v=TLSRPTv1; rua=mailto:tls-reports@\(domain)\"")
        case .failed(let failure):
            return Self.broken(.tlsReports, "the DNS does not answer for \(name): \(failure)", fix: nil)
        }
    }
}
