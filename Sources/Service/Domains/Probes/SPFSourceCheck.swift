import DNSAuth
import Mail

/// The SPF evaluation that a receiver makes of mail from one of our addresses.
struct SPFSourceCheck {
    private let check: SPFCheck
    private let hostname: String

    init(resolver: any Resolver, hostname: String, time: any TimeSource) {
        var options = SPFOptions()
        options.fetchesExplanation = false
        check = SPFCheck(resolver: resolver, options: options, time: time)
        self.hostname = hostname
    }

    func evaluate(_ source: IPAddress, for domain: Domain) async -> SPFOutcome {
        await check.check(
            .mailFrom, client: source, helo: hostname, sender: Mailbox(localPart: "postmaster", domain: domain))
    }
}
