/// What an operator may set about sending.
package struct SendOptions: Sendable {
    /// Whether the tenant must have proved that the sender's domain is its own. `martlet dev` does not ask: there
    /// nothing leaves the machine.
    package var requiresVerifiedDomain = false
    /// Whether the sender's domain must have been added by the tenant at all.
    package var requiresKnownDomain = true
    /// To, Cc and Bcc together. More go in a batch or a campaign.
    package var maxRecipients = 1_000
    package var maxAttachments = 10
    /// Decoded.
    package var maxAttachmentSize = 10 << 20
    /// The whole message, encoded.
    package var maxMessageSize = 25 << 20
    /// What a mail merge makes of the bodies and files of one request: about as much as they are together, times the
    /// recipients. And what the texts of one batch may come to once they are filled: what would be made beyond it fails.
    package var maxBatchSize = 512 << 20
    /// Deliveries that a mail merge makes: its recipients times the copies of each message.
    package var maxBatchDeliveries = 100_000
    package var maxHeaders = 100
    package var maxTags = 50
    package var maxMetadata = 100
    /// A scheduled message must be due within this.
    package var maxSchedule: Duration = .seconds(366 * 86_400)

    package init() {}
}
