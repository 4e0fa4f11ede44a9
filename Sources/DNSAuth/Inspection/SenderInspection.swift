import Mail

/// Who may send for a domain: SPF, and the DKIM keys at the selectors that were named.
extension DomainInspection {
    func spfSection(_ domain: Domain) async -> DomainReport.Section {
        let tree = await SPFInspection(resolver: resolver, options: options.spf, time: time).inspect(domain)
        let limit = options.spf.maximumLookups
        var section = DomainReport.Section(
            .spf, tree.root.record == nil ? "none" : "\(tree.lookups) of \(limit) look-ups")
        section.published = [Self.node(tree.root)]
        section.state("lookups", .number(tree.lookups))
        section.state("void_lookups", .number(tree.voidLookups))
        section.state("usable", .flag(tree.isUsable))
        if let record = tree.root.record { section.state("record", .text(record)) }
        for finding in tree.findings {
            let place = finding.domain == tree.root.domain ? "" : "\(finding.domain): "
            section.find(
                finding.severity == .error ? .problem : .note, place + finding.message,
                fix: Self.fix(finding.kind, domain))
        }
        if section.findings.isEmpty { section.find(.ok, "the record can be evaluated") }
        return section
    }

    private static func node(_ node: SPFNode) -> DomainReport.Node {
        let record = node.record ?? "no record"
        let text = node.term.map { "\($0)  \(record)" } ?? record
        return .init(text, node.children.map { Self.node($0) })
    }

    private static func fix(_ kind: SPFFinding.Kind, _ domain: Domain) -> String? {
        switch kind {
        case .noRecord: "publish \"v=spf1 ... -all\" there, or drop the term that leads there"
        case .severalRecords: "merge them into one record"
        case .syntax: "correct the record: receivers answer permerror"
        case .noAnswer: "check the name servers; receivers answer temperror"
        case .tooManyLookups: "replace includes by ip4: and ip6:, or drop services no longer used"
        case .tooManyVoidLookups, .findsNothing: "drop the terms that find nothing"
        case .tooManyMX: "list the addresses with ip4: and ip6: instead"
        case .loop: "drop the include that leads back"
        case .tooLarge: "shorten the chain of includes"
        case .passesEveryone: "end with -all or ~all, and list your own networks"
        case .usesPTR: "use ip4:, ip6: or a instead of ptr"
        case .endsOpen: "end with -all or ~all"
        case .unreachable: "move it in front of all, or drop it"
        case .dependsOnMessage: nil
        case .longRecord: "move a part of it into an include"
        case .senderID: "remove the spf2.0 record"
        }
    }

    /// `nil` when no selector was named.
    func dkimSection(_ domain: Domain) async -> DomainReport.Section? {
        guard !options.selectors.isEmpty else { return nil }
        var section = DomainReport.Section(.dkim)
        var good = 0
        var keys: [DomainReport.FactValue] = []
        for selector in options.selectors.prefix(20) {
            let name = DKIMRecord.name(selector: selector, domain: domain)
            guard let (type, bits) = await key(at: name, &section) else { continue }
            good += 1
            section.published.append(.init("\(name)  \(type), \(bits) bits"))
            keys.append(
                .object([
                    .init(name: "selector", value: .text(selector)), .init(name: "type", value: .text(type)),
                    .init(name: "bits", value: .number(bits)),
                ]))
        }
        section.state("keys", .list(keys))
        section.summary = "\(good) of \(options.selectors.count) keys usable"
        if section.findings.isEmpty { section.find(.ok, "every key can be used") }
        return section
    }

    /// A key that verifiers can use; what keeps others from it becomes a finding.
    private func key(
        at name: String, _ section: inout DomainReport.Section
    ) async -> (type: String, bits: Int)? {
        let texts: [String]
        do throws(ResolverFailure) {
            texts = try await resolver.txt(name).records
        } catch {
            section.find(.problem, "the DNS does not answer for \(name): \(error)")
            return nil
        }
        guard let text = texts.first else {
            section.find(.problem, "no key at \(name)", fix: "publish the record that signing was set up with")
            return nil
        }
        if texts.count > 1 {
            // RFC 6376 §3.6.2.2: undefined what verifiers do then.
            section.find(.problem, "\(texts.count) records at \(name)", fix: "keep the one that is in use")
        }
        let record: KeyRecord
        do throws(SignatureFailure) {
            record = try KeyRecord(text)
        } catch {
            if error == .revokedKey {
                section.find(.note, "the key at \(name) is revoked", fix: "sign with another selector")
            } else {
                section.find(.problem, "the key at \(name) cannot be used: \(error)", fix: "publish the record anew")
            }
            return nil
        }
        guard let key = record.parsed() else {
            section.find(.problem, "p= at \(name) holds no public key", fix: "publish the record anew")
            return nil
        }
        if record.isTesting {
            section.find(.note, "the key at \(name) is marked as a test (t=y)", fix: "remove t=y when signing works")
        }
        guard record.type == .rsa else { return ("ed25519", key.bits) }
        if key.bits < 1_024 {
            // RFC 8301 §3.2.
            section.find(
                .problem, "the RSA key at \(name) has \(key.bits) bits: verifiers refuse it", fix: "use 2048 bits")
            return nil
        }
        if key.bits < 2_048 {
            section.find(.note, "the RSA key at \(name) has only \(key.bits) bits", fix: "use 2048 bits (RFC 8301)")
        }
        return ("rsa", key.bits)
    }
}
