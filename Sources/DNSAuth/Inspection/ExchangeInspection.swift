import Mail

/// The hosts that take a domain's mail, as they were found.
struct InspectedExchanges: Sendable {
    struct Host: Sendable {
        var preference: UInt16
        var name: String
        var addresses: Result<Answer<IPAddress>, ResolverFailure>
    }

    var domain: Domain
    var answer: Result<Answer<MXRecord>, ResolverFailure>
    /// In the order of preference; the domain itself where it has no MX record and an address (RFC 5321 §5.1).
    var hosts: [Host] = []
    var isImplicit = false
    /// More than are looked at.
    var passedOver = 0

    var isNullMX: Bool {
        guard case .success(let answer) = answer else { return false }
        return answer.records.contains { $0.exchange.isEmpty }
    }

    /// Names by preference, best first, each group sorted.
    var groups: [[String]] {
        var groups: [(preference: UInt16, names: Set<String>)] = []
        for host in hosts {
            if let last = groups.indices.last, groups[last].preference == host.preference {
                groups[last].names.insert(host.name)
            } else {
                groups.append((host.preference, [host.name]))
            }
        }
        return groups.map { $0.names.sorted() }
    }
}

extension DomainInspection {
    func exchanges(of domain: Domain) async -> InspectedExchanges {
        let answer: Answer<MXRecord>
        do throws(ResolverFailure) {
            answer = try await resolver.mx(domain.text)
        } catch {
            return InspectedExchanges(domain: domain, answer: .failure(error))
        }
        var found = InspectedExchanges(domain: domain, answer: .success(answer))
        let records = answer.records.filter { !$0.exchange.isEmpty }
        found.passedOver = max(0, records.count - options.hostLimit)
        for record in records.prefix(options.hostLimit) {
            let addresses = await addresses(of: record.exchange)
            found.hosts.append(.init(preference: record.preference, name: record.exchange, addresses: addresses))
        }
        guard answer.records.isEmpty else { return found }
        let own = await addresses(of: domain.text)
        if case .success(let own) = own, own.records.isEmpty { return found }
        found.hosts = [.init(preference: 0, name: domain.text, addresses: own)]
        found.isImplicit = true
        return found
    }

    private func addresses(of host: String) async -> Result<Answer<IPAddress>, ResolverFailure> {
        do throws(ResolverFailure) {
            return .success(try await resolver.addresses(host))
        } catch {
            return .failure(error)
        }
    }

    func siteSection(_ exchanges: InspectedExchanges) -> DomainReport.Section? {
        guard let name = options.site, !exchanges.hosts.isEmpty else { return nil }
        let site = name(exchanges.groups)
        var section = DomainReport.Section(.site, site)
        section.state("name", .text(site))
        return section
    }

    func exchangeSection(_ exchanges: InspectedExchanges) -> DomainReport.Section {
        let domain = exchanges.domain
        let answer: Answer<MXRecord>
        switch exchanges.answer {
        case .success(let found): answer = found
        case .failure(let failure):
            var section = DomainReport.Section(.mx, "unknown")
            section.find(
                .problem, "the DNS does not answer for the MX records of \(domain): \(failure)",
                fix: "check the delegation and the name servers of \(domain)")
            return section
        }
        var section = DomainReport.Section(.mx, Self.summary(exchanges, answer.status))
        section.published = exchanges.hosts.map { Self.node($0, isImplicit: exchanges.isImplicit) }
        section.state("null_mx", .flag(exchanges.isNullMX))
        section.state("implicit", .flag(exchanges.isImplicit))
        section.state("hosts", .list(exchanges.hosts.map { .object(Self.facts($0)) }))
        if exchanges.isNullMX {
            Self.judgeNullMX(answer, &section)
        } else if exchanges.isImplicit {
            section.find(
                .note, "there is no MX record: mail goes to the addresses of \(domain) itself",
                fix: "publish an MX record, or a null MX (0 .) when the domain takes no mail")
        } else if answer.status != .found {
            section.find(
                .problem,
                answer.status == .nonexistent
                    ? "\(domain) does not exist" : "\(domain) has neither an MX record nor an address",
                fix: "publish an MX record, or a null MX (0 .) when the domain takes no mail")
        }
        for host in exchanges.hosts { Self.judge(host, &section) }
        Self.judgeList(exchanges, &section)
        if section.findings.isEmpty { section.find(.ok, "every host has an address that can be reached") }
        return section
    }

    private static func summary(_ exchanges: InspectedExchanges, _ status: Answer<MXRecord>.Status) -> String {
        if exchanges.isNullMX { return "null MX: takes no mail" }
        if exchanges.isImplicit { return "no MX record, the domain's own addresses" }
        let count = exchanges.hosts.count + exchanges.passedOver
        return count == 0 ? "none" : count == 1 ? "1 host" : "\(count) hosts"
    }

    private static func node(_ host: InspectedExchanges.Host, isImplicit: Bool) -> DomainReport.Node {
        let name = isImplicit ? host.name : "\(host.preference) \(host.name)"
        guard case .success(let answer) = host.addresses, !answer.records.isEmpty else { return .init(name) }
        return .init("\(name)  \(answer.records.map(\.description).joined(separator: ", "))")
    }

    private static func facts(_ host: InspectedExchanges.Host) -> [DomainReport.Fact] {
        var addresses: [IPAddress] = []
        if case .success(let answer) = host.addresses { addresses = answer.records }
        return [
            .init(name: "preference", value: .number(Int(host.preference))),
            .init(name: "host", value: .text(host.name)),
            .init(name: "addresses", value: .list(addresses.map { .text($0.description) })),
        ]
    }

    /// RFC 7505 §3.
    private static func judgeNullMX(_ answer: Answer<MXRecord>, _ section: inout DomainReport.Section) {
        if answer.records.count > 1 {
            section.find(
                .problem, "a null MX stands beside other MX records",
                fix: "remove the null MX, or all others (RFC 7505 §3)")
        } else if answer.records[0].preference != 0 {
            section.find(.note, "the null MX has the preference \(answer.records[0].preference)", fix: "make it 0")
        } else {
            section.find(.ok, "the domain says that it takes no mail")
        }
    }

    private static func judge(_ host: InspectedExchanges.Host, _ section: inout DomainReport.Section) {
        if IPAddress(host.name) != nil {
            // RFC 5321 §5.1 and RFC 1035 §3.3.9: a name.
            section.find(.problem, "\(host.name) is an address, not a host name", fix: "point the MX to a name")
            return
        }
        let answer: Answer<IPAddress>
        switch host.addresses {
        case .success(let found): answer = found
        case .failure(let failure):
            section.find(
                .problem, "the DNS does not answer for the addresses of \(host.name): \(failure)",
                fix: "check the name servers of \(host.name)")
            return
        }
        if answer.records.isEmpty {
            section.find(
                .problem, "\(host.name) \(answer.status == .nonexistent ? "does not exist" : "has no address")",
                fix: "publish an A or AAAA record for it, or remove the MX record")
        }
        if answer.canonicalName != host.name, !answer.canonicalName.isEmpty {
            // RFC 2181 §10.3.
            section.find(
                .note, "\(host.name) is an alias of \(answer.canonicalName), which some senders refuse",
                fix: "point the MX to \(answer.canonicalName)")
        }
        for address in answer.records where ReservedNetworks.contain(address) {
            section.find(
                .problem, "\(host.name) has the address \(address), which nobody outside can reach",
                fix: "publish only public addresses")
        }
    }

    private static func judgeList(_ exchanges: InspectedExchanges, _ section: inout DomainReport.Section) {
        var preferences: [String: Set<UInt16>] = [:]
        for host in exchanges.hosts { preferences[host.name, default: []].insert(host.preference) }
        for (name, values) in preferences.sorted(by: { $0.key < $1.key }) where values.count > 1 {
            section.find(
                .note, "\(name) stands there with several preferences", fix: "keep the record with the lowest number")
        }
        if exchanges.passedOver > 0 {
            section.find(
                .note, "\(exchanges.passedOver) more MX records were not looked at",
                fix: "senders try only a few hosts: publish fewer")
        }
        // A backup at the address of the best host is the same host under another name.
        var seen: [IPAddress: String] = [:]
        for host in exchanges.hosts {
            guard case .success(let answer) = host.addresses else { continue }
            for address in answer.records {
                if let other = seen[address], other != host.name {
                    section.find(.note, "\(host.name) and \(other) share the address \(address)")
                }
                seen[address] = seen[address] ?? host.name
            }
        }
    }
}

/// Networks that mail from the Internet cannot reach.
enum ReservedNetworks {
    /// RFC 6890 §2.2, without those for documentation.
    private static let all: [IPNetwork] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8",
    ].compactMap { IPNetwork($0) }

    static func contain(_ address: IPAddress) -> Bool {
        let address = address.unmapped
        return all.contains { $0.contains(address) }
    }
}
