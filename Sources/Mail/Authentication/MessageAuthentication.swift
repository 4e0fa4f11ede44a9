/// Everything that was found out about who sent a message.
public struct MessageAuthentication: Hashable, Sendable {
    /// The MAIL FROM identity first, then HELO; empty when no client address is known.
    public var spf: [SPFOutcome]
    /// One per signature looked at, in the order of the message; a single `.none` when there is no signature.
    public var dkim: [DKIMOutcome]
    public var dmarc: DMARCOutcome
    public var arc: ARCOutcome

    public init(spf: [SPFOutcome], dkim: [DKIMOutcome], dmarc: DMARCOutcome, arc: ARCOutcome) {
        self.spf = spf
        self.dkim = dkim
        self.dmarc = dmarc
        self.arc = arc
    }
}

/// The SMTP client that a message came from.
public struct MessageClient: Hashable, Sendable {
    public var address: IPAddress
    /// The argument of EHLO or HELO.
    public var helo: String
    /// `nil` is the null reverse-path.
    public var sender: Mailbox?

    public init(address: IPAddress, helo: String, sender: Mailbox?) {
        self.address = address
        self.helo = helo
        self.sender = sender
    }
}
