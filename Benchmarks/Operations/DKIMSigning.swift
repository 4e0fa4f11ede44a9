import Mail

@testable import DNSAuth

extension Operation {
    /// All of a DKIM signature but the key's own work: fields chosen and made canonical, the body of 10 KiB hashed.
    /// What OpenSSL does with the key is not ours to make faster.
    static let dkimSigning = Operation("dkim-signing", count: 200) {
        let content = Content(original: SampleMail.message(10_240))
        let form = CanonicalizationPair.relaxed
        let field = Array("DKIM-Signature: v=1; a=rsa-sha256; d=bench.example; s=bench; c=relaxed/relaxed; b=".utf8)
        return { times in
            for _ in 0..<times {
                let header = try ContentHeader(content)
                let selection = try FieldSelection(.recommended, of: header, in: content, form.header)
                keep(DKIMSigner.bodyHash(of: content, from: header.bodyOffset, form.body))
                keep(SHA256Digest.of(DKIMSigner.hashInput(selection, field, form.header).span))
            }
        }
    }
}
