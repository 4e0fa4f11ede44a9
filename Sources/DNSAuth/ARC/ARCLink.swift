import Mail

/// One set with its fields parsed.
struct ARCLink: Sendable {
    let set: ARCSet
    let seal: DKIMSignature
    let status: ARCChainStatus
    /// Only the newest has to be readable.
    let messageResult: Result<DKIMSignature, SignatureFailure>

    var message: DKIMSignature? { try? messageResult.get() }

    /// Throws when a seal is not what RFC 8617 §4.1.3 says.
    /// - Parameter sealers: gets `d=` of each seal that could be read.
    static func read(
        _ chain: ARCChain, _ header: ContentHeader, _ content: Content, sealers: inout [String]
    ) throws(ARCFailure) -> [ARCLink] {
        var links: [ARCLink] = []
        for set in chain.sets {
            let seal: DKIMSignature
            do throws(SignatureFailure) {
                seal = try DKIMSignature(header.value(set.seal, of: content).span, as: .arcSeal)
            } catch {
                throw .seal(error.reason, instance: set.instance)
            }
            // RFC 8617 §4.1.3: h= must not be there; what a seal covers is not up to the sealer.
            guard !seal.tags.contains("h") else { throw .sealNamesFields(instance: set.instance) }
            guard let status = seal.tags.text("cv").flatMap({ ARCChainStatus(rawValue: $0) }) else {
                throw .wrongStatus(instance: set.instance)
            }
            sealers.append(seal.domain.text)
            let message = Result { () throws(SignatureFailure) -> DKIMSignature in
                try DKIMSignature(header.value(set.message, of: content).span, as: .arcMessage)
            }
            links.append(ARCLink(set: set, seal: seal, status: status, messageResult: message))
        }
        return links
    }
}
