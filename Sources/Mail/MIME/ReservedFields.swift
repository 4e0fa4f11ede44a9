/// The fields that a client may not set by name: those the draft has a place for, and those that say what the mail system
/// did (trace, signatures, results), which would be lies.
enum ReservedFields {
    static func contains(_ name: String) -> Bool {
        let name = name.lowercased()
        return names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    private static let names: Set<String> = [
        "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version",
        "return-path", "received", "dkim-signature", "domainkey-signature", "authentication-results", "received-spf",
        "delivered-to", "x-original-to", "apparently-to",
    ]

    private static let prefixes = ["content-", "resent-", "arc-"]
}
