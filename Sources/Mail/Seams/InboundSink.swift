/// Where mail from strangers goes once it has been authenticated: bounces, feedback reports, DMARC and TLS reports.
public protocol InboundSink: Sendable {
    /// Whether mail for this recipient is taken; else the reply to RCPT. Asked before anything is received.
    func refusal(for recipient: Mailbox) async -> Reply?
    /// Returns when the message would survive a power cut, or has been dealt with.
    func deliver(_ message: InboundMessage) async throws(Refusal)
    /// The message was refused at the door because its author's domain wants that (RFC 9989 §4.7). For counting; the
    /// message goes no further.
    func refused(_ message: InboundMessage) async
}

extension InboundSink {
    public func refused(_ message: InboundMessage) async {}
}

/// One message as it came in on the inbound listener.
public struct InboundMessage: Sendable {
    public var id: UUIDv7
    public var receivedAt: WallTime
    public var client: MessageClient
    public var envelope: Envelope
    /// `added` holds Authentication-Results, Received-SPF and Received, in this order.
    public var content: Content
    public var authentication: MessageAuthentication
    public var tls: TLSFacts?

    public init(
        id: UUIDv7, receivedAt: WallTime, client: MessageClient, envelope: Envelope, content: Content,
        authentication: MessageAuthentication, tls: TLSFacts?
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.client = client
        self.envelope = envelope
        self.content = content
        self.authentication = authentication
        self.tls = tls
    }
}
