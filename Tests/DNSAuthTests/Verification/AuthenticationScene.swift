import Mail
import MartletTesting

@testable import DNSAuth

/// A small world of senders, policies and keys.
enum AuthenticationScene {
    static let now = WallTime(milliseconds: 1_790_000_000_000)
    static let good = IPAddress("192.0.2.5")!
    static let bad = IPAddress("203.0.113.9")!

    /// Strict and relaxed, with and without a policy.
    static let policies = [
        "_dmarc.alpha.example": "v=DMARC1; p=reject",
        "_dmarc.beta.example": "v=DMARC1; p=quarantine; adkim=s; aspf=s",
        "_dmarc.gamma.example": "v=DMARC1; p=none; sp=reject",
        "_dmarc.own.gamma.example": "v=DMARC1; p=quarantine",
    ]

    static let senders = [
        "alpha.example": "v=spf1 ip4:192.0.2.0/24 -all",
        "sub.alpha.example": "v=spf1 include:alpha.example ~all",
        "beta.example": "v=spf1 a mx -all",
        "mail.beta.example": "v=spf1 ip4:192.0.2.5 -all",
        "gamma.example": "v=spf1 ip4:192.0.2.5 ?all",
        "own.gamma.example": "v=spf1 redirect=gamma.example",
        "broken.example": "v=spf1 nonsense -all",
    ]

    static let domains =
        [
            "alpha.example", "sub.alpha.example", "beta.example", "mail.beta.example", "gamma.example",
            "own.gamma.example",
        ]
        + ["nopolicy.example", "broken.example"]

    static func resolver() throws -> FakeResolver {
        var resolver = FakeResolver()
        for (name, text) in policies { resolver.txt[name] = [text] }
        for (name, text) in senders { resolver.txt[name] = [text] }
        let key = try KeyFixture.rsa.get()
        for domain in domains + ["relay.example"] {
            resolver.txt["\(key.selector)._domainkey.\(domain)"] = [DKIMRecord(key).text]
        }
        resolver.addresses["beta.example"] = [good]
        resolver.mx["beta.example"] = [MXRecord(preference: 10, exchange: "mx.beta.example")]
        resolver.addresses["mx.beta.example"] = [IPAddress("192.0.2.77")!]
        return resolver
    }

    static func message(from author: String) -> Content {
        Content(
            original: Array(
                "From: Someone <someone@\(author)>\r\nTo: you@receiver.example\r\nSubject: hello\r\n\r\nA body.\r\n"
                    .utf8))
    }

    static func signed(_ content: Content, by domain: String) throws -> Content {
        let key = try KeyFixture.rsa.get()
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain(domain, keys: [key]))
        guard let entry = keyring.keys(for: Domain(canonical: domain)) else { throw SigningFailure.malformedContent }
        let field = try DKIMSigner.sign(content, with: entry, options: DKIMOptions(), at: now)
        return Content(original: field + content.original)
    }

    static func sealed(_ content: Content, by domain: String) throws -> Content {
        let signer = ARCSigner(domain: Domain(canonical: domain), key: try SigningKey(KeyFixture.rsa.get()))
        let set = try signer.seal(
            content, results: ResultsText(of: content, authority: "mx.\(domain)"), chain: .none, at: now)
        return Content(original: set + content.original)
    }
}
