package import Mail

/// A send that would survive a power cut: what the `202` says.
package struct AcceptedSend: Sendable {
    package var id: UUIDv7
    /// With angle brackets.
    package var messageID: String
    /// The bare address.
    package var from: String
    /// The bare addresses of To.
    package var to: [String]
    package var subject: String
    /// `queued` or `scheduled`.
    package var status: MessageStatus
    package var tags: [String]
    package var metadata: [(key: String, value: String)]
    package var createdAt: WallTime
    package var scheduledAt: WallTime?
}

/// What a send would have sent: `?dry_run=true`.
package struct DryRun: Sendable {
    package var id: UUIDv7
    package var messageID: String
    /// The DKIM-Signature fields, CRLF-ended, as they would stand in front of the content; empty when no key is held.
    package var signatures: [UInt8]
    /// The exact RFC 5322 bytes behind the signatures.
    package var content: [UInt8]
    package var envelope: Envelope
    package var status: MessageStatus
}
