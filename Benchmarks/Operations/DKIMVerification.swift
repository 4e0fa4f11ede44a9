import Mail

@testable import DNSAuth

extension Operation {
    /// All of a DKIM verification but the DNS and the key's own work: the signature field read, the message of 10 KiB
    /// made canonical and hashed.
    static let dkimVerification = Operation("dkim-verification", count: 200) {
        let content = Content(original: try SignedMail.bytes())
        guard let signature = SignatureCandidate(at: 0, of: try ContentHeader(content), in: content).signature,
            HashInput.body(of: content, from: try ContentHeader(content).bodyOffset, .relaxed, .sha256).digest
                == signature.bodyHash
        else { throw Unexpected("the signature does not fit") }
        return { times in
            for _ in 0..<times {
                let header = ContentHeader(reading: content)
                guard let signature = SignatureCandidate(at: 0, of: header, in: content).signature else { continue }
                let input = HashInput.header(signature, at: 0, of: header, in: content)
                keep(MessageDigest.of(input.span, .sha256))
                keep(HashInput.body(of: content, from: header.bodyOffset, signature.form.body, .sha256))
            }
        }
    }
}

/// A message with a signature that never changes: Ed25519 is deterministic, and the key is this one.
private enum SignedMail {
    static func bytes() throws -> [UInt8] {
        // RFC 8410 §7: PKCS#8 of an Ed25519 key, here of the seed 0, 1, 2, ...
        let prefix: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        let key = try DKIMKeyPair.reading(der: prefix + (0..<32), selector: "bench")
        let keyring = DKIMKeyring()
        keyring.add(
            SendingDomain(
                id: SampleMail.tenant, tenant: SampleMail.tenant, name: SampleMail.domain, status: .verified,
                dkim: [key], createdAt: SampleMail.time))
        guard let entry = keyring.keys(for: SampleMail.domain) else {
            throw Operation.Unexpected("the key is not taken")
        }
        let message = SampleMail.message(10_240)
        let field = try DKIMSigner.sign(
            Content(original: message), with: entry, options: DKIMOptions(), at: SampleMail.time)
        return field + message
    }
}
