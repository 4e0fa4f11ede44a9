import Mail

/// Whether the domain takes mail itself. A sender need not, but bounces and replies want to go somewhere, and some
/// receivers refuse what they could not answer.
struct MXProbe {
    var resolver: any Resolver

    func probe(_ domain: Domain) -> DomainProbe {
        let (resolver, name) = (resolver, domain.text)
        return DomainProbe(.mx, record: name, type: "MX") { () throws(ResolverFailure) in
            let answer = try await resolver.mx(name)
            var finding = DomainFinding(
                .mx, .ok, record: name, type: "MX",
                published: answer.records.map { "\($0.preference) \($0.exchange.isEmpty ? "." : $0.exchange)" })
            if answer.records.isEmpty {
                // RFC 5321 §5.1: without MX records the address records serve as one.
                let addresses = try await resolver.addresses(name)
                finding.published = addresses.records.prefix(10).map { "\($0)" }
                guard addresses.records.isEmpty else { return finding }
                finding.status = .optional
                finding.advice =
                    "The domain has neither MX nor address records, so nobody can answer: publish an MX record, "
                    + "since some receivers refuse mail from such domains."
            } else if answer.records.allSatisfy({ $0.exchange.isEmpty }) {
                finding.status = .optional
                // RFC 7505 §4.2.
                finding.advice =
                    "A null MX says that the domain takes no mail, and receivers may refuse mail from it: publish a "
                    + "real MX record if you can."
            }
            finding.settled = finding.status
            finding.merit = finding.status == .ok ? 100 : 0
            return finding
        }
    }
}
