package import Mail

/// Whether a host may use a domain in MAIL FROM or HELO: `check_host()` of RFC 7208 §4.
///
/// Pure apart from the questions it puts to the resolver. Costs at most 10 terms, each of which asks for at most 11
/// names, and the time of the options.
/// - Note: never throws and never traps: whatever a stranger publishes or says ends in one of the seven results.
package struct SPFCheck: Sendable {
    private let resolver: any Resolver
    private let options: SPFOptions
    private let time: any TimeSource

    package init(resolver: any Resolver, options: SPFOptions = SPFOptions(), time: any TimeSource) {
        self.resolver = resolver
        self.options = options
        self.time = time
    }

    /// Both identities, MAIL FROM first. What one has asked the other does not ask again.
    package func check(_ client: MessageClient) async -> [SPFOutcome] {
        let shared = SPFCheck(resolver: QuestionMemo(resolver), options: options, time: time)
        let mailFrom = await shared.check(
            .mailFrom, client: client.address, helo: client.helo, sender: client.sender)
        guard client.sender != nil else {
            // RFC 7208 §2.4: without a sender both are postmaster@HELO, and so one evaluation.
            var helo = mailFrom
            helo.identity = .helo
            return [mailFrom, helo]
        }
        let helo = await shared.check(.helo, client: client.address, helo: client.helo, sender: nil)
        return [mailFrom, helo]
    }

    /// One identity.
    /// - Parameter helo: as the client said it, any bytes.
    /// - Parameter sender: of MAIL FROM; `nil` is the null reverse-path. Not looked at for the identity `helo`.
    package func check(
        _ identity: SPFOutcome.Identity, client: IPAddress, helo: String, sender: Mailbox?
    ) async -> SPFOutcome {
        var localPart = ""
        var domain = helo
        if identity == .mailFrom, let sender {
            localPart = sender.localPart
            domain = sender.domain.text
        }
        domain = SPFName.canonical(domain)
        guard SPFName.isPolicyDomain(domain) else {
            // RFC 7208 §4.3.
            return SPFOutcome(
                .none, identity: identity, domain: SPFCharacter.printable(domain, limit: 253),
                reason: "not a domain name that could have a record")
        }
        var values = SPFMacroValues(
            // RFC 7208 §4.3.
            localPart: localPart.isEmpty ? "postmaster" : localPart, senderDomain: domain, domain: domain,
            // RFC 7208 §5: a mapped address is an IPv4 address.
            client: client.unmapped, helo: helo)
        values.receiver = options.receiver
        values.seconds = time.wall.milliseconds / 1_000
        var evaluation = SPFEvaluation(resolver: resolver, options: options, time: time, values: values)
        return await evaluation.outcome(identity, of: domain)
    }
}
