/// How long each step of the client may take (RFC 5321 §4.5.3.2).
///
/// The RFC's figures are minimums: a client that gives up on the final dot early makes a slow host deliver twice.
package struct ClientTimeouts: Hashable, Sendable {
    package var connect: Duration = .seconds(30)
    /// RFC 5321 §4.5.3.2.1
    package var banner: Duration = .seconds(300)
    package var hello: Duration = .seconds(300)
    /// STARTTLS and the handshake behind it.
    package var startTLS: Duration = .seconds(60)
    package var authentication: Duration = .seconds(60)
    /// RFC 5321 §4.5.3.2.2
    package var mail: Duration = .seconds(300)
    /// RFC 5321 §4.5.3.2.3
    package var recipient: Duration = .seconds(300)
    /// RFC 5321 §4.5.3.2.4
    package var data: Duration = .seconds(120)
    /// RFC 5321 §4.5.3.2.5: for each mebibyte of content begun.
    package var block: Duration = .seconds(180)
    /// RFC 5321 §4.5.3.2.6
    package var finalDot: Duration = .seconds(600)
    package var reset: Duration = .seconds(20)
    package var quit: Duration = .seconds(5)

    package init() {}
}
