package import Loop
package import Mail

/// Verifies the DKIM signatures of a message (RFC 6376 §6).
///
/// What can be told from the field alone is checked first, so that a broken or expired signature costs no question;
/// then all keys are fetched at once; then, on the pool, the body is hashed once for each way in which the signatures
/// want it.
package struct DKIMCheck: Sendable {
    private let lookup: KeyLookup
    private let options: DKIMCheckOptions
    private let pool: BlockingPool?

    /// - Parameter pool: where hashing and RSA run; `nil` for the calling thread, which must not be a loop then.
    package init(resolver: any Resolver, options: DKIMCheckOptions = DKIMCheckOptions(), pool: BlockingPool? = nil) {
        lookup = KeyLookup(resolver: resolver)
        self.options = options
        self.pool = pool
    }

    /// One outcome for each signature up to `outcomeLimit`, in the order of the message; a single `none` when there is
    /// none. Never throws, and asks for no more than `signatureLimit` names.
    package func verify(_ content: Content, at now: WallTime) async -> [DKIMOutcome] {
        let header = ContentHeader(reading: content)
        let places = header.places(of: Self.fieldName, in: content).prefix(Self.outcomeLimit)
        guard !places.isEmpty else { return [DKIMOutcome(.none, reason: "no signature")] }
        var candidates: [SignatureCandidate] = []
        candidates.reserveCapacity(places.count)
        for (index, place) in places.enumerated() {
            var candidate = SignatureCandidate(at: place, of: header, in: content)
            candidate.admit(index < options.signatureLimit, options, at: now)
            candidates.append(candidate)
        }
        let names = Set(candidates.compactMap { $0.signature?.keyName })
        let keys = await lookup.records(at: names)
        guard let pool, !names.isEmpty else {
            return Self.outcomes(candidates, header, content, keys, options)
        }
        let (work, options) = (candidates, options)
        return await pool.run { Self.outcomes(work, header, content, keys, options) }
    }

    private static let fieldName = Array("dkim-signature".utf8)

    /// Signatures that are told of at most, the topmost: a header section has room for thousands.
    package static let outcomeLimit = 100

    /// The computing part, on the calling thread.
    private static func outcomes(
        _ candidates: [SignatureCandidate], _ header: ContentHeader, _ content: Content,
        _ keys: [String: KeyLookup.Found], _ options: DKIMCheckOptions
    ) -> [DKIMOutcome] {
        let check = SignatureCheck(options)
        var bodies = BodyHashes(of: content, from: header.bodyOffset)
        return candidates.map { candidate in
            guard let signature = candidate.signature else { return candidate.outcome(.init(), 0, options) }
            switch keys[signature.keyName] ?? .failure(.noKey) {
            case .failure(let failure): return candidate.outcome(.init(failure: failure), 0, options)
            case .success(let records):
                let body = bodies.hash(for: signature)
                let input = HashInput.header(signature, at: candidate.place, of: header, in: content)
                let verdict = check.verdict(signature, over: input, body: body, records: records)
                let unsigned = signature.bodyLength.map { max(0, body.count - $0) } ?? 0
                return candidate.outcome(verdict, unsigned, options)
            }
        }
    }
}

/// The body hashes of one message, each computed once.
struct BodyHashes {
    private struct Manner: Hashable {
        var form: Canonicalization
        var algorithm: HashAlgorithm
        var length: Int?
    }

    private let content: Content
    private let offset: Int
    private var known: [Manner: BodyHash] = [:]

    /// - Parameter offset: of the body in `Content.original`.
    init(of content: Content, from offset: Int) {
        self.content = content
        self.offset = offset
    }

    mutating func hash(for signature: DKIMSignature) -> BodyHash {
        let manner = Manner(
            form: signature.form.body, algorithm: signature.algorithm.hash, length: signature.bodyLength)
        if let hash = known[manner] { return hash }
        let hash = HashInput.body(of: content, from: offset, manner.form, manner.algorithm, length: manner.length)
        known[manner] = hash
        return hash
    }
}
