import Loop
import Mail

extension SMTPConnection {
    /// AUTH PLAIN or LOGIN (RFC 4954), and only to somebody who may hear the password: a host that has proved its name
    /// inside TLS, or, when the configuration says so, one that has not, or this machine itself.
    func authenticate(_ credentials: ClientCredentials) async throws(SessionFailure) {
        guard mayHear(credentials) else { throw SessionFailure(.authentication, .noMechanism) }
        let head: ReplyHead
        if extensions.mechanisms.contains(.plain) {
            head = try await authenticatePlain(credentials)
        } else if extensions.mechanisms.contains(.login) {
            head = try await authenticateLogin(credentials)
        } else {
            throw SessionFailure(.authentication, .noMechanism)
        }
        try conclude(head)
    }

    private func mayHear(_ credentials: ClientCredentials) -> Bool {
        // The other end of a proxied stream is the proxy, wherever the host is.
        let isDirect = source?.proxy == nil
        if credentials.allowsPlaintextOnLoopback, isDirect, stream.peer.ip.isLoopback { return true }
        switch stream.tls?.verification {
        case .verified, .dane: return true
        // RFC 4954 §9: a server that is not authenticated may be an attacker who collects passwords.
        case .notRequested, .failed: return credentials.allowsUnverifiedTLS
        case nil: return false
        }
    }

    /// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`, as an initial response (RFC 4954 §4).
    private func authenticatePlain(_ credentials: ClientCredentials) async throws(SessionFailure) -> ReplyHead {
        let message = [0] + Array(credentials.user.utf8) + [0] + Array(credentials.password.utf8)
        return try await say("AUTH PLAIN ", Base64.encode(message))
    }

    /// draft-murchison-sasl-login: the host asks twice; what it asks with is for people.
    private func authenticateLogin(_ credentials: ClientCredentials) async throws(SessionFailure) -> ReplyHead {
        var head = try await say("AUTH LOGIN", nil)
        for answer in [credentials.user, credentials.password] {
            guard head.code == 334 else { return head }
            forget(head)
            head = try await say("", Base64.encode(Array(answer.utf8)))
        }
        return head
    }

    private func say(_ verb: StaticString, _ argument: String?) async throws(SessionFailure) -> ReplyHead {
        try await ask(verb, argument, .authentication, within: options.timeouts.authentication)
    }

    private func conclude(_ head: ReplyHead) throws(SessionFailure) {
        switch head.code {
        case 235: forget(head)  // RFC 4954 §6
        case 400...599: throw SessionFailure(.authentication, .refused(text(of: head)))
        default: throw SessionFailure(.authentication, .violation)
        }
    }
}
