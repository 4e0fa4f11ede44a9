import Mail

/// The head of an `announced` record: `version | tenant | at | kind | fields of the kind`.
enum AnnouncementCodec {
    static let version: UInt8 = 1

    /// The raw values stand on disk: never change one.
    private enum Tag: UInt8 {
        case domainDNSChanged = 1
    }

    /// A domain has a dozen findings; what is longer was not written by this program.
    private static let findingLimit = 1_000

    static func encode(_ announcement: Announcement, into out: inout RecordEncoder) {
        out.put(version)
        out.put(announcement.tenant)
        out.put(announcement.at)
        switch announcement.kind {
        case .domainDNSChanged(let change):
            out.put(Tag.domainDNSChanged.rawValue)
            out.put(change.domainID)
            out.put(change.name.text)
            out.put(UInt8(clamping: change.previousScore))
            out.put(UInt8(clamping: change.score))
            out.put((change.wasVerified ? 1 : 0) | (change.isVerified ? 2 : 0))
            let findings = change.findings.prefix(findingLimit)
            out.put(count: findings.count)
            for finding in findings {
                out.put(finding.name)
                out.put(finding.was)
                out.put(finding.now)
            }
        }
    }

    static func decode(_ head: [UInt8]) throws(CodecFailure) -> Announcement {
        var decoder = RecordDecoder(head)
        let version = try decoder.byte()
        guard version == Self.version else { throw .version(version) }
        let tenant = try decoder.identifier()
        let at = try decoder.time()
        guard let tag = Tag(rawValue: try decoder.byte()) else { throw .badValue }
        let kind: Announcement.Kind
        switch tag {
        case .domainDNSChanged:
            let id = try decoder.identifier()
            let name = Domain(canonical: try decoder.text())
            let (previous, score) = (try decoder.byte(), try decoder.byte())
            let flags = try decoder.byte()
            guard flags < 4 else { throw .badValue }
            let count = try decoder.count()
            guard count <= findingLimit else { throw .badValue }
            var findings: [DomainDNSChange.Finding] = []
            for _ in 0..<count {
                findings.append(
                    .init(name: try decoder.text(), was: try decoder.text(), now: try decoder.text()))
            }
            kind = .domainDNSChanged(
                DomainDNSChange(
                    domainID: id, name: name, previousScore: Int(previous), score: Int(score),
                    wasVerified: flags & 1 != 0, isVerified: flags & 2 != 0, findings: findings))
        }
        try decoder.finish()
        return Announcement(at: at, tenant: tenant, kind: kind)
    }
}
