/// What a caller may put into the header section itself.
enum AddedField {
    /// `nil`: it may stand there.
    static func problem(name: String, value: String) -> String? {
        // RFC 5322 §2.2, §3.6.8: printable ASCII without the colon.
        guard !name.isEmpty, name.utf8.count <= 76, name.utf8.allSatisfy({ (33...126).contains($0) && $0 != 58 }) else {
            return "Not a field name."
        }
        if isReserved(name.lowercased()) { return "This field is set by the engine from the rest of the request." }
        guard value.utf8.count <= 10_000 else { return "A field has at most 10000 bytes." }
        guard !value.unicodeScalars.contains(where: SendCheck.isControl) else {
            return "A field holds no line end or other control character."
        }
        return nil
    }

    /// A second one of these would make two readers see two messages (RFC 5322 §3.6), or forge what only a host may
    /// say. The composer refuses the same ones; here they are told together with everything else that is wrong.
    private static func isReserved(_ name: String) -> Bool {
        reserved.contains(name) || ["content-", "resent-", "arc-"].contains(where: name.hasPrefix)
    }

    private static let reserved: Set<String> = [
        "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version",
        "return-path", "received", "dkim-signature", "domainkey-signature", "authentication-results", "received-spf",
        "delivered-to", "x-original-to", "apparently-to",
    ]
}
