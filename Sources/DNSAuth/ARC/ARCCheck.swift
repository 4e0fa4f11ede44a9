package import Loop
package import Mail

/// Validates the Authenticated Received Chain of a message (RFC 8617 §5.2).
///
/// What can be told from the fields alone comes first; then all keys are fetched at once; then, on the pool, the newest
/// message signature and every seal are verified. The older message signatures are looked at only to tell who changed
/// the message: they need not hold.
package struct ARCCheck: Sendable {
    private let lookup: KeyLookup
    private let options: DKIMCheckOptions
    private let pool: BlockingPool?

    /// - Parameters:
    ///   - options: what is demanded of keys and clocks; ARC demands what DKIM does.
    ///   - pool: where hashing and RSA run; `nil` for the calling thread, which must not be a loop then.
    package init(resolver: any Resolver, options: DKIMCheckOptions = DKIMCheckOptions(), pool: BlockingPool? = nil) {
        lookup = KeyLookup(resolver: resolver)
        self.options = options
        self.pool = pool
    }

    /// Never throws. Asks for at most two names a set, so 100; real chains have one to four sets.
    package func validate(_ content: Content, at now: WallTime) async -> ARCOutcome {
        let header = ContentHeader(reading: content)
        var sealers: [String] = []
        do throws(ARCFailure) {
            let chain = try ARCChain(header, in: content)
            guard !chain.sets.isEmpty else { return ARCOutcome(.none, reason: "no ARC set") }
            let links = try ARCLink.read(chain, header, content, sealers: &sealers)
            try Self.admit(links, options, at: now)
            let names = Set(links.flatMap { [$0.seal.keyName, $0.message?.keyName].compactMap { $0 } })
            let keys = await lookup.records(at: names)
            let work = ARCVerification(links: links, header: header, content: content, keys: keys, options: options)
            let found = await run(work)
            let oldest = try found.get()
            let count = links.count
            return ARCOutcome(
                .pass, reason: count == 1 ? "1 set verified" : "\(count) sets verified", sealers: sealers,
                oldestPass: oldest)
        } catch {
            return ARCOutcome(.fail, reason: error.reason, sealers: sealers)
        }
    }

    private func run(_ work: ARCVerification) async -> Result<Int, ARCFailure> {
        guard let pool else { return work.result() }
        return await pool.run { work.result() }
    }

    /// What needs no key.
    private static func admit(
        _ links: [ARCLink], _ options: DKIMCheckOptions, at now: WallTime
    ) throws(ARCFailure) {
        guard let newest = links.last else { return }
        // RFC 8617 §5.2 step 2: the newest sealer has already found the chain broken.
        guard newest.status != .fail else { throw .alreadyFailed(instance: newest.set.instance) }
        for link in links {
            // RFC 8617 §5.2 step 3: the first seal says none, every other one pass.
            guard link.status == (link.set.instance == 1 ? .none : .pass) else {
                throw .wrongStatus(instance: link.set.instance)
            }
            // RFC 8301 §3.1: such a signature has permanently failed.
            if link.seal.algorithm == .rsaSHA1, !options.allowsSHA1 {
                throw .seal(SignatureFailure.historicAlgorithm.reason, instance: link.set.instance)
            }
        }
        switch newest.messageResult {
        case .failure(let failure): throw .message(failure.reason, instance: newest.set.instance)
        case .success(let signature):
            // RFC 8617 §4.1.2: a seal is made after the signature, which so cannot cover one.
            guard !signature.fields.contains("arc-seal") else { throw .signsSeal(instance: newest.set.instance) }
            do throws(SignatureFailure) {
                guard signature.algorithm != .rsaSHA1 || options.allowsSHA1 else { throw .historicAlgorithm }
                try signature.checkTimes(at: now, tolerance: options.clockTolerance)
            } catch {
                throw .message(error.reason, instance: newest.set.instance)
            }
        }
    }
}
