import Mail

/// A signature field on its way to an outcome.
struct SignatureCandidate: Sendable {
    let place: Int
    /// `nil` once something is wrong with it.
    private(set) var signature: DKIMSignature?
    private var failure: SignatureFailure?
    /// What can be said of a broken one.
    private let tags: TagList?

    init(at place: Int, of header: ContentHeader, in content: Content) {
        self.place = place
        do throws(SignatureFailure) {
            let tags = try header.withField(place, of: content) { field, value throws(SignatureFailure) in
                try DKIMSignature.tagList(field.extracting(value))
            }
            self.tags = tags
            do throws(SignatureFailure) {
                signature = try DKIMSignature(tags)
            } catch {
                failure = error
            }
        } catch {
            tags = nil
            failure = error
        }
    }

    /// What needs no key.
    mutating func admit(_ isWithinLimit: Bool, _ options: DKIMCheckOptions, at now: WallTime) {
        guard let signature else { return }
        do throws(SignatureFailure) {
            guard isWithinLimit else { throw .tooManySignatures }
            // RFC 8301 §3.1: such a signature has permanently failed.
            guard signature.algorithm != .rsaSHA1 || options.allowsSHA1 else { throw .historicAlgorithm }
            try signature.checkTimes(at: now, tolerance: options.clockTolerance)
        } catch {
            failure = error
            self.signature = nil
        }
    }

    func outcome(_ verdict: SignatureCheck.Verdict, _ unsignedBytes: Int, _ options: DKIMCheckOptions) -> DKIMOutcome {
        let failure = failure ?? verdict.failure
        let domain = signature?.domain ?? tags?.text("d").flatMap { Domain($0) }
        var reason = failure?.reason ?? "signature verified"
        if failure == nil, unsignedBytes > 0 { reason += ", \(unsignedBytes) bytes of the body are not signed" }
        if signature?.algorithm.keyType == .rsa, let bits = verdict.keyBits,
            (options.minimumRSABits..<max(options.minimumRSABits, options.advisedRSABits)).contains(bits)
        {
            // RFC 8301 §3.2: signers should use at least 2048 bits.
            reason += ", weak key of \(bits) bits"
        }
        return DKIMOutcome(
            failure?.result ?? .pass, reason: reason, domain: domain,
            identity: signature?.identity ?? domain.map { "@" + $0.text } ?? "",
            selector: signature?.selector ?? Self.printable(tags?.text("s")),
            algorithm: Self.printable(tags?.text("a")), keyBits: verdict.keyBits, isTesting: verdict.isTesting,
            // RFC 6008 §4: eight characters tell signatures apart.
            signatureStart: Self.printable(tags?.unfolded("b").map { String($0.prefix(8)) }),
            unsignedBytes: unsignedBytes)
    }

    /// The text, when it is short and made of visible ASCII: it will stand in other fields.
    private static func printable(_ text: String?) -> String {
        guard let text, text.utf8.count <= 190, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "" }
        return text
    }
}
