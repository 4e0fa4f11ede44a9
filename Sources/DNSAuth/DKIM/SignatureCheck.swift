import Mail

/// Whether a signature fits the message and its key (RFC 6376 §6.1.2, §6.1.3). Pure: the key records come with it.
package struct SignatureCheck: Sendable {
    package struct Verdict: Hashable, Sendable {
        /// `nil`: the signature is valid.
        package var failure: SignatureFailure?
        /// `nil` when no key was read.
        package var keyBits: Int?
        package var isTesting = false
    }

    /// Key records at one name that are tried (RFC 6376 §6.1.2 step 4 lets a verifier try several).
    package static let recordLimit = 4

    private let options: DKIMCheckOptions

    package init(_ options: DKIMCheckOptions) { self.options = options }

    /// - Parameters:
    ///   - input: from `HashInput`.
    ///   - body: `nil` for a seal, which covers no body.
    ///   - records: the TXT records at `keyName`.
    package func verdict(
        _ signature: DKIMSignature, over input: [UInt8], body: BodyHash?, records: [String]
    ) -> Verdict {
        var first: Verdict?
        var digest: [UInt8]?
        for text in records.prefix(Self.recordLimit) {
            var verdict = Verdict()
            do throws(SignatureFailure) {
                let record = try KeyRecord(text)
                verdict.isTesting = record.isTesting
                try check(record, for: signature)
                guard let key = record.parsed() else { throw .malformedKey }
                verdict.keyBits = key.bits
                try checkSize(key)
                try Self.check(body, against: signature)
                let hash = digest ?? MessageDigest.of(input.span, signature.algorithm.hash)
                digest = hash
                guard key.isValid(signature.signature, over: hash, signature.algorithm.hash) else {
                    throw .headerAltered
                }
                return verdict
            } catch {
                verdict.failure = error
            }
            // The key that came nearest tells most.
            if first == nil || first?.keyBits == nil && verdict.keyBits != nil { first = verdict }
        }
        return first ?? Verdict(failure: .noKey)
    }

    /// RFC 6376 §6.1.2 steps 6 and 8, and what else the record restricts (§3.6.1).
    private func check(_ record: KeyRecord, for signature: DKIMSignature) throws(SignatureFailure) {
        guard record.type == signature.algorithm.keyType else { throw .keyTypeMismatch }
        if let hashes = record.hashes, !hashes.contains(signature.algorithm.hash) { throw .keyRefusesHash }
        guard record.services.contains("*") || record.services.contains(options.service) else {
            throw .keyForOtherService
        }
        // RFC 6376 §3.6.1, `t=s`: no subdomains.
        if record.demandsExactDomain, signature.identityDomain != signature.domain { throw .keyDemandsExactDomain }
    }

    private func checkSize(_ key: VerifyingKey) throws(SignatureFailure) {
        guard key.type == .rsa else { return }
        // RFC 8301 §3.2: signatures with keys of less than 1024 bits are not valid.
        guard key.bits >= options.minimumRSABits else { throw .shortKey(bits: key.bits) }
        guard key.bits <= options.maximumRSABits else { throw .longKey(bits: key.bits) }
    }

    private static func check(_ body: BodyHash?, against signature: DKIMSignature) throws(SignatureFailure) {
        guard let body else { return }
        // RFC 6376 §3.5, `l=`: a value beyond the body makes the signature invalid.
        if let length = signature.bodyLength, length > body.count { throw .bodyShorterThanSigned }
        guard body.digest == signature.bodyHash else { throw .bodyAltered }
    }
}
