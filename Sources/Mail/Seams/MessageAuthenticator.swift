/// Finds out who sent a message: SPF, DKIM, DMARC and ARC. `DNSAuth` implements it.
public protocol MessageAuthenticator: Sendable {
    /// Never throws: what cannot be found out is a result (`temperror`). Bounded in time and in DNS questions.
    /// - Parameter client: `nil` when only the message is at hand; SPF is then not evaluated.
    func authenticate(
        _ content: Content, from client: MessageClient?, at time: WallTime
    ) async
        -> MessageAuthentication
    /// The Authentication-Results field for these results, complete with CRLF (RFC 8601 §2.2).
    /// - Parameter authority: the authserv-id.
    func resultsField(_ results: MessageAuthentication, from client: MessageClient?, authority: String) -> [UInt8]
    /// The content without fields that claim to come from this authority: nobody else may speak for it
    /// (RFC 8601 §5). Returns the content itself when there is none.
    func removingForgedResults(_ content: Content, authority: String) -> Content
}
