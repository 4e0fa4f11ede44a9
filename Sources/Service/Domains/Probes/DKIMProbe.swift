import DNSAuth
import Mail

/// Whether the record of a key is in the DNS, holds this key, and lets receivers use it.
struct DKIMProbe {
    var resolver: any Resolver

    func probe(_ key: DKIMKey, of domain: Domain) -> DomainProbe {
        let (resolver, name) = (resolver, DKIMRecord.name(selector: key.selector, domain: domain))
        return DomainProbe(.dkim(selector: key.selector), record: name, type: "TXT") { () throws(ResolverFailure) in
            let answer = try await resolver.txt(name)
            let (status, advice) = Self.judge(answer.records, key, at: name)
            return DomainFinding(
                .dkim(selector: key.selector), status, record: name, type: "TXT", published: answer.records,
                expected: [DKIMRecord(key).text], advice: advice)
        }
    }

    private static func judge(
        _ texts: [String], _ key: DKIMKey, at name: String
    ) -> (status: DomainFinding.Status, advice: String) {
        if texts.isEmpty { return missing(key, at: name) }
        // RFC 6376 §3.6.2.2: several records are undefined; receivers pick any of them.
        guard texts.count == 1 else {
            return (.invalid, "There are \(texts.count) TXT records at \(name): leave one, with this key.")
        }
        let record: KeyRecord
        do throws(SignatureFailure) {
            record = try KeyRecord(texts[0])
        } catch {
            if error == .revokedKey {
                return (
                    .mismatch, "The record at \(name) revokes the key, its p= is empty: publish the expected record."
                )
            }
            return (.invalid, "The record at \(name) is not a DKIM key record: publish the expected one.")
        }
        guard record.type == type(of: key), record.publicKey == key.publicKey else {
            return (
                .mismatch,
                "The record at \(name) holds another key, or this one is damaged: publish the expected record as it "
                    + "stands."
            )
        }
        if let hashes = record.hashes, !hashes.contains(.sha256) {
            return (.mismatch, "The record at \(name) does not allow SHA-256: remove the tag h=.")
        }
        guard record.services.contains(where: { $0 == "*" || $0 == "email" }) else {
            return (.mismatch, "The record at \(name) is not for e-mail: remove the tag s=.")
        }
        // RFC 6376 §3.6.1: under t=y receivers treat a signed message as an unsigned one.
        if record.isTesting {
            return (.mismatch, "The record at \(name) says t=y, so receivers ignore its signatures: remove the flag.")
        }
        return (.ok, "")
    }

    private static func missing(_ key: DKIMKey, at name: String) -> (DomainFinding.Status, String) {
        switch key.state {
        case .publishedPending:
            (.missing, "Publish the new key as a TXT record at \(name). Signing changes over when it is seen.")
        case .active: (.missing, "Publish the expected TXT record at \(name): without it the signatures prove nothing.")
        case .retiring:
            (
                .missing,
                "The old key's record is gone too early: mail signed with it is under way until "
                    + "\(key.removableAt?.rfc3339 ?? "it is retired"). Publish it again until then."
            )
        case .retired: (.optional, "")
        }
    }

    private static func type(of key: DKIMKey) -> KeyRecord.KeyType {
        switch key.algorithm {
        case .rsaSHA256: .rsa
        case .ed25519SHA256: .ed25519
        }
    }
}
