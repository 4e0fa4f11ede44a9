package import Mail

/// Adds one ARC set to a message on its way through (RFC 8617 §5.1): what we found out about it, a signature over the
/// message as it leaves us, and a seal over the whole chain.
///
/// All changes to the message must have been made, and forged results taken out, before it is sealed.
package struct ARCSigner: Sendable {
    private let domain: Domain
    private let key: SigningKey
    private let options: ARCSealOptions

    package init(domain: Domain, key: SigningKey, options: ARCSealOptions = ARCSealOptions()) {
        self.domain = domain
        self.key = key
        self.options = options
    }

    /// The new set, ARC-Seal first, to be put in front of the message. Empty when no more may be added: the chain had
    /// failed before it came here, or has 50 sets. Costs two signatures of CPU: never on a loop.
    ///
    /// Throws `.malformedContent` when the header section cannot be signed, `.badKey` when OpenSSL refuses the key.
    /// - Parameters:
    ///   - results: what our own Authentication-Results fields say.
    ///   - chain: what `ARCCheck` found.
    package func seal(
        _ content: Content, results: ResultsText, chain: ARCResult, at time: WallTime
    ) throws(SigningFailure) -> [UInt8] {
        let header = try ContentHeader(content)
        let highest = ARCChain.highestInstance(header, in: content)
        // RFC 8617 §4.2.1: 51 sets would break the chain for everybody.
        guard highest < ARCChain.instanceLimit else { return [] }
        // RFC 8617 §5.2 step 2: a chain that says cv=fail has failed for good; nobody adds to it.
        guard !Self.hasEnded(header, content, at: highest) else { return [] }
        let sets = (try? ARCChain(header, in: content))?.sets
        let status = Self.status(chain, sets)
        let instance = highest + 1
        let seconds = max(time.milliseconds, 0) / 1_000

        let own = Self.resultsField(results, instance: instance)
        let message = try messageField(header, content, instance: instance, seconds: seconds)
        var input: [UInt8] = []
        // RFC 8617 §5.1.2: over a broken chain the seal covers its own set alone.
        if status == .pass, let sets {
            // RFC 8617 §5.1.1: instance 1 first, and in each set the results, then the signature, then the seal.
            for place in sets.flatMap({ [$0.results, $0.message, $0.seal] }) {
                header.append(place, of: content, .relaxed, to: &input)
            }
        }
        Canonicalization.relaxed.appendHeaderField(own.span, to: &input)
        Canonicalization.relaxed.appendHeaderField(message.span, to: &input)
        let seal = ARCFieldWriter(
            "ARC-Seal", algorithm: key.algorithm,
            [
                ("cv", status.rawValue), ("d", domain.text), ("i", "\(instance)"), ("s", key.selector),
                ("t", "\(seconds)"),
            ])
        Canonicalization.relaxed.appendHeaderField(seal.unsigned.span, to: &input, terminated: false)
        return seal.signed(try key.sign(input), lineLength: options.signatureLineLength) + message + own
    }

    /// RFC 8617 §5.1: `none` is for the first set and for no other.
    /// - Parameter sets: `nil` when the fields that are there make no chain.
    private static func status(_ chain: ARCResult, _ sets: [ARCSet]?) -> ARCChainStatus {
        guard let sets else { return .fail }
        if sets.isEmpty { return .none }
        return chain == .pass ? .pass : .fail
    }

    private static func hasEnded(_ header: ContentHeader, _ content: Content, at highest: Int) -> Bool {
        for place in header.places(of: ARCField.seal, in: content) {
            guard let tags = try? TagList(header.value(place, of: content).span) else { continue }
            if tags.text("cv") == ARCChainStatus.fail.rawValue, tags.text("i") == "\(highest)" { return true }
        }
        return false
    }

    /// RFC 8617 §4.1.1.
    private static func resultsField(_ results: ResultsText, instance: Int) -> [UInt8] {
        var writer = ResultsWriter("ARC-Authentication-Results", instance: instance, authority: results.authority)
        if results.findings.isEmpty { writer.add(Array("none".utf8)) }
        for (index, finding) in results.findings.enumerated() {
            writer.startLine()
            var words = finding.split(whereSeparator: { $0 <= .space }).map { Array($0.prefix(900)) }
            if index + 1 < results.findings.count, !words.isEmpty { words[words.count - 1].append(UInt8(ascii: ";")) }
            for word in words { writer.add(word) }
        }
        return writer.finished()
    }

    /// RFC 8617 §4.1.2: a DKIM signature with an instance in place of a version.
    private func messageField(
        _ header: ContentHeader, _ content: Content, instance: Int, seconds: Int64
    ) throws(SigningFailure) -> [UInt8] {
        let form = options.canonicalization
        let selection = try FieldSelection(options.fields, of: header, in: content, form.header)
        let bodyHash: String = Base64.encode(DKIMSigner.bodyHash(of: content, from: header.bodyOffset, form.body))
        let field = ARCFieldWriter(
            "ARC-Message-Signature", algorithm: key.algorithm,
            [
                ("bh", bodyHash), ("c", form.text), ("d", domain.text),
                ("h", selection.names.joined(separator: ":")), ("i", "\(instance)"), ("s", key.selector),
                ("t", "\(seconds)"),
            ])
        return field.signed(
            try key.sign(DKIMSigner.hashInput(selection, field.unsigned, form.header)),
            lineLength: options.signatureLineLength)
    }
}
