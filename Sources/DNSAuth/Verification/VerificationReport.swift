package import Mail

/// What `martlet verify` prints: everything that was found out about one message, with reasons, for people who look at
/// it at three in the morning, and the same facts as JSON.
package struct VerificationReport: Sendable {
    package var results: MessageAuthentication
    package var client: MessageClient?
    /// The file, as it was named.
    package var source: String
    /// Bytes of the message.
    package var size: Int
    /// What had to be assumed, such as line ends.
    package var notes: [String]

    package init(
        _ results: MessageAuthentication, client: MessageClient?, source: String, size: Int, notes: [String] = []
    ) {
        self.results = results
        self.client = client
        self.source = source
        self.size = size
        self.notes = notes
    }

    /// Whether somebody vouches for the author: by DMARC, or where the author's domain publishes none, by SPF or DKIM
    /// for that domain, a parent of it, or a name below it.
    package var isPass: Bool { verdict.isPass }

    package var verdict: (isPass: Bool, reason: String) {
        let dmarc = results.dmarc
        let author = dmarc.author.map(\.text) ?? "the author"
        switch dmarc.result {
        case .pass: return (true, "DMARC vouches for \(author)")
        case .fail:
            let asked =
                dmarc.disposition == .none ? "nothing is to be done" : "asked for: \(dmarc.disposition.rawValue)"
            return (false, "nobody vouches for \(author); \(asked)")
        case .temperror: return (false, "DMARC could not be evaluated now; try again")
        case .permerror: return (false, "DMARC cannot be evaluated: \(dmarc.reason)")
        case .none: break
        }
        for outcome in results.dkim where outcome.result == .pass {
            if let domain = outcome.domain, isRelated(domain) {
                return (true, "no DMARC policy; DKIM vouches for \(domain.text)")
            }
        }
        for outcome in results.spf where outcome.result == .pass && outcome.identity == .mailFrom {
            if isRelated(Domain(canonical: outcome.domain)) {
                return (true, "no DMARC policy; SPF vouches for \(outcome.domain)")
            }
        }
        return (false, "no DMARC policy, and nothing vouches for \(author)")
    }

    private func isRelated(_ domain: Domain) -> Bool {
        guard let author = results.dmarc.author, domain.text.contains(".") else { return false }
        return author.isWithin(domain) || domain.isWithin(author)
    }

    /// Reasons quote what strangers published. No control comes through, and nothing that turns a terminal's text
    /// around.
    static func clean(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20...0x7E: out.append(scalar)
            case 0xA0... where scalar.properties.isAlphabetic || scalar.properties.numericType != nil:
                out.append(scalar)
            default: out.append("?")
            }
        }
        return String(out)
    }
}
