package import Mail

/// All that a client connection is configured by.
package struct ClientOptions: Sendable {
    /// RFC 5321 §4.1.1.1: the name after EHLO; a host name, or an address literal in brackets.
    package var heloName: String
    /// The local address to connect from.
    package var source: IPAddress?
    package var tls: TLSMode
    package var credentials: ClientCredentials?
    /// What becomes of 8-bit content for a host without 8BITMIME.
    package var eightBit: EightBitPolicy = .sendAnyway
    package var timeouts = ClientTimeouts()
    package var limits = ClientLimits()

    package init(heloName: String, tls: TLSMode = .opportunistic) {
        self.heloName = heloName
        self.tls = tls
    }
}

/// RFC 6152 §3 lets a client without 8BITMIME at the other end either convert the content or give up.
///
/// Converting breaks DKIM signatures, so this engine never does. Hosts without the keyword that mangle the eighth bit
/// are not met any more, so the default follows qmail and Exim and sends the bytes as they are.
package enum EightBitPolicy: String, Hashable, Sendable, CaseIterable {
    case sendAnyway
    case bounce
}

/// The user of a smarthost.
package struct ClientCredentials: Hashable, Sendable {
    package var user: String
    package var password: String
    /// Allows AUTH without TLS, and only to a loopback address: for development and for a stunnel on the same machine.
    package var allowsPlaintextOnLoopback: Bool
    /// Allows AUTH to a host that speaks TLS and has not proved its name: whoever stands in between gets the password.
    package var allowsUnverifiedTLS: Bool

    package init(
        user: String, password: String, allowsPlaintextOnLoopback: Bool = false, allowsUnverifiedTLS: Bool = false
    ) {
        self.user = user
        self.password = password
        self.allowsPlaintextOnLoopback = allowsPlaintextOnLoopback
        self.allowsUnverifiedTLS = allowsUnverifiedTLS
    }
}
