import Mail

/// The computing part of a validation: hashes and signatures, with the keys at hand.
struct ARCVerification: Sendable {
    let links: [ARCLink]
    let header: ContentHeader
    let content: Content
    let keys: [String: KeyLookup.Found]
    let options: DKIMCheckOptions

    /// The instance of the oldest message signature that holds, 0 when all do (RFC 8617 §5.2 step 5).
    func result() -> Result<Int, ARCFailure> {
        Result { () throws(ARCFailure) -> Int in
            var bodies = BodyHashes(of: content, from: header.bodyOffset)
            guard let newest = links.last else { return 0 }
            // RFC 8617 §5.2 step 4: the newest message signature must hold.
            if let failure = messageFailure(newest, &bodies) {
                throw .message(failure.reason, instance: newest.set.instance)
            }
            // RFC 8617 §5.2 step 6: then every seal, the newest first.
            try checkSeals()
            var oldest = 0
            for link in links.dropLast().reversed() where messageFailure(link, &bodies) != nil {
                oldest = link.set.instance + 1
                break
            }
            return oldest
        }
    }

    private func messageFailure(_ link: ARCLink, _ bodies: inout BodyHashes) -> SignatureFailure? {
        switch link.messageResult {
        case .failure(let failure): return failure
        case .success(let signature):
            guard signature.algorithm != .rsaSHA1 || options.allowsSHA1 else { return .historicAlgorithm }
            let input = HashInput.header(signature, at: link.set.message, of: header, in: content)
            return failure(of: signature, over: input, body: bodies.hash(for: signature))
        }
    }

    private func checkSeals() throws(ARCFailure) {
        for link in links.reversed() {
            let input = sealInput(through: link)
            if let failure = failure(of: link.seal, over: input, body: nil) {
                throw .seal(failure.reason, instance: link.set.instance)
            }
        }
    }

    /// RFC 8617 §5.1.1: results, signature and seal of each set in turn, up to this seal with its `b=` emptied.
    private func sealInput(through last: ARCLink) -> [UInt8] {
        var input: [UInt8] = []
        for link in links.prefix(last.set.instance) {
            header.append(link.set.results, of: content, .relaxed, to: &input)
            header.append(link.set.message, of: content, .relaxed, to: &input)
            guard link.set.instance < last.set.instance else { break }
            header.append(link.set.seal, of: content, .relaxed, to: &input)
        }
        HashInput.appendField(at: last.set.seal, last.seal.tags, of: header, in: content, .relaxed, to: &input)
        return input
    }

    private func failure(of signature: DKIMSignature, over input: [UInt8], body: BodyHash?) -> SignatureFailure? {
        switch keys[signature.keyName] ?? .failure(.noKey) {
        case .failure(let failure): failure
        case .success(let records):
            SignatureCheck(options).verdict(signature, over: input, body: body, records: records).failure
        }
    }
}
