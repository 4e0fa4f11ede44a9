package import Loop
package import Mail

/// Everything an operator can tune about the judgement of a message.
package struct AuthenticatorOptions: Sendable {
    package var spf = SPFOptions()
    package var dkim = DKIMCheckOptions()
    package var dmarc = DMARCOptions.rfc9989
    /// For all questions of one message together. What has no answer by then is `temperror`.
    package var timeLimit: Duration = .seconds(30)

    package init() {}
}

/// Finds out who sent a message: SPF, DKIM and ARC at the same time, then DMARC from the first two.
///
/// Every question is put once a message, whoever wants to know; all of them are over when the time limit is, even with
/// a resolver that hangs. Of a message without a client only SPF is left out.
package struct DNSAuthenticator: MessageAuthenticator {
    private let resolver: any Resolver
    private let options: AuthenticatorOptions
    private let pool: BlockingPool?
    private let time: any TimeSource

    /// - Parameter pool: where hashing and RSA run; `nil` for the calling threads, which must not be loops then.
    package init(
        resolver: any Resolver, options: AuthenticatorOptions = AuthenticatorOptions(), pool: BlockingPool? = nil,
        time: any TimeSource
    ) {
        self.resolver = resolver
        self.options = options
        self.pool = pool
        self.time = time
    }

    package func authenticate(
        _ content: Content, from client: MessageClient?, at now: WallTime
    ) async -> MessageAuthentication {
        let deadline = Deadline()
        let limit = time.now + options.timeLimit
        let alarm = Task { [time] in
            do { try await time.sleep(until: limit) } catch { return }
            deadline.expire()
        }
        defer { alarm.cancel() }
        let memo = QuestionMemo(DeadlineResolver(resolver, deadline))
        let author = DMARCAuthor.read(content)
        // DMARC comes last and asks this first: by then the answer is there.
        async let prefetch: Void = prefetch(author, memo)
        async let spf = checkSPF(client, memo)
        async let dkim = DKIMCheck(resolver: memo, options: options.dkim, pool: pool).verify(content, at: now)
        async let arc = ARCCheck(resolver: memo, options: options.dkim, pool: pool).validate(content, at: now)
        let (sender, signatures) = await (spf, dkim)
        await prefetch
        let dmarc = await DMARCCheck(resolver: memo, options: options.dmarc)
            .evaluate(author: author, spf: sender, dkim: signatures)
        return MessageAuthentication(spf: sender, dkim: signatures, dmarc: dmarc, arc: await arc)
    }

    package func resultsField(
        _ results: MessageAuthentication, from client: MessageClient?, authority: String
    ) -> [UInt8] {
        AuthenticationResults(results, from: client, authority: authority).field
    }

    package func removingForgedResults(_ content: Content, authority: String) -> Content {
        ForgedResults.removed(from: content, authority: authority)
    }

    private func checkSPF(_ client: MessageClient?, _ resolver: any Resolver) async -> [SPFOutcome] {
        guard let client else { return [] }
        return await SPFCheck(resolver: resolver, options: options.spf, time: time).check(client)
    }

    private func prefetch(_ author: DMARCAuthor, _ resolver: any Resolver) async {
        guard case .domain(let domain) = author, !domain.isAddressLiteral else { return }
        _ = try? await resolver.txt("_dmarc.\(domain.text)")
    }
}
