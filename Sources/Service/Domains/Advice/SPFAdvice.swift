import Mail

/// What the SPF record of a domain should say, so that this engine may send for it.
enum SPFAdvice {
    /// For a domain that has none: this engine, the domain's own mail hosts, and doubt about all others.
    static func fresh(_ setup: SendingSetup) -> String { "v=spf1 \(setup.spfTerm) mx ~all" }

    /// The record that is there with our term in front: evaluation ends at the first match, so what stood there still
    /// means what it meant (RFC 7208 §4.6.2). As it is, when the term is there already.
    static func completed(_ published: String, _ setup: SendingSetup) -> String {
        if contains(published, setup) { return published }
        let rest = published.split(separator: " ").dropFirst().joined(separator: " ")
        return "v=spf1 \(setup.spfTerm)" + (rest.isEmpty ? "" : " \(rest)")
    }

    static func contains(_ published: String, _ setup: SendingSetup) -> Bool {
        published.split(separator: " ").contains { term in
            let term = term.first == "+" ? term.dropFirst() : term
            // RFC 7208 §4.6.1: mechanism names and domain names are case-insensitive.
            return term.lowercased() == setup.spfTerm.lowercased()
        }
    }

    /// RFC 7208 §4.5: the version section is followed by a space or the end; other TXT records are not SPF.
    static func isSPF(_ text: String) -> Bool {
        let text = text.lowercased()
        return text == "v=spf1" || text.hasPrefix("v=spf1 ")
    }
}
