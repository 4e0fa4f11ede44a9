import MTA
import Mail
import Queue

/// What a limit is for, as operators write it: words such as `site:NAME` and `source:*`, on one line or as a mapping.
struct LimitMatchText {
    static let expected =
        "'*', 'site:NAME', 'provider:NAME', 'source:NAME', 'tenant:ID', 'campaign:ID' ('*' for each of them), or a site "
        + "or provider with a source, such as 'provider:google source:NAME'"

    private var site: ThrottleMatch.Pattern?
    private var source: ThrottleMatch.Pattern?
    private var owner: ThrottleMatch?

    /// `nil`: no such match.
    static func parse(_ text: String) -> ThrottleMatch? {
        if text == "*" { return .site(.any) }
        var match = LimitMatchText()
        for word in text.split(separator: " ") {
            guard let colon = word.firstIndex(of: ":") else { return nil }
            guard match.take(String(word[..<colon]), String(word[word.index(after: colon)...])) else { return nil }
        }
        return match.result
    }

    /// The mapping form: `{site: NAME, source: NAME}`.
    static func read(_ section: ConfigurationSection) -> ThrottleMatch? {
        var match = LimitMatchText()
        for key in ["site", "provider", "source", "tenant", "campaign"] {
            guard let name = section.optionalText(key) else { continue }
            guard match.take(key, name) else {
                section.problem(key, "does not go with the keys before it, or is no such name: expected \(expected)")
                return nil
            }
        }
        if match.result == nil { section.problem("", "expected \(expected)") }
        return match.result
    }

    private var result: ThrottleMatch? {
        if let owner { return owner }
        switch (site, source) {
        case (let site?, let source?): return .site(site, source: source)
        case (let site?, nil): return .site(site)
        case (nil, let source?): return .source(source)
        case (nil, nil): return nil
        }
    }

    /// - Returns: whether the word means something, here.
    private mutating func take(_ scope: String, _ name: String) -> Bool {
        guard !name.isEmpty, owner == nil else { return false }
        let isAny = name == "*"
        switch scope {
        case "site":
            guard site == nil else { return false }
            site = isAny ? .any : .exact(name)
        case "provider":
            guard site == nil, !isAny else { return false }
            site = .provider(name)
        case "source":
            guard source == nil else { return false }
            source = isAny ? .any : .exact(name)
        case "tenant", "campaign":
            guard site == nil, source == nil else { return false }
            // As the queue writes it, whatever the case in the file.
            guard isAny || UUIDv7(name) != nil else { return false }
            let pattern = UUIDv7(name).map { ThrottleMatch.Pattern.exact("\($0)") } ?? .any
            owner = scope == "tenant" ? .tenant(pattern) : .campaign(pattern)
        default: return false
        }
        return true
    }
}
