package import Mail

/// An unfinished message as a restart finds it: what the scheduler needs, without envelope and content, so that a
/// million of them stay small. `Journal.load` has the rest.
package struct RecoveredMessage: Sendable {
    package var number: UInt64
    package var id: UUIDv7
    private let owner: MessageOwner
    package var at: WallTime
    package var stream: MailStream
    package var isTest: Bool
    private var bytes: UInt32
    /// Milliseconds; the largest: at once.
    private var earliest: Int64
    /// The recipients that are not finished; never empty. Equal lists share their storage.
    package var pending: [PendingRecipient]

    package init(
        number: UInt64, id: UUIDv7, tenant: UUIDv7, at: WallTime, stream: MailStream, isTest: Bool,
        notBefore: WallTime?, campaign: UUIDv7? = nil, pending: [PendingRecipient], size: Int
    ) {
        self.init(
            number: number, id: id, owner: MessageOwner(tenant: tenant, campaign: campaign), at: at, stream: stream,
            isTest: isTest, notBefore: notBefore, pending: pending, size: size)
    }

    init(
        number: UInt64, id: UUIDv7, owner: MessageOwner, at: WallTime, stream: MailStream, isTest: Bool,
        notBefore: WallTime?, pending: [PendingRecipient], size: Int
    ) {
        self.number = number
        self.id = id
        self.owner = owner
        self.at = at
        self.stream = stream
        self.isTest = isTest
        earliest = notBefore?.milliseconds ?? .max
        self.pending = pending
        bytes = UInt32(clamping: size)
    }
}

extension RecoveredMessage {
    package var notBefore: WallTime? { earliest == .max ? nil : WallTime(milliseconds: earliest) }
    /// Bytes of the content, clamped to 4 GiB.
    package var size: Int { Int(bytes) }
    package var tenant: UUIDv7 { owner.tenant }
    /// `nil` for what a program before issue 4 accepted, even where it was one of a campaign.
    package var campaign: UUIDv7? { owner.campaign }
}

/// A recipient that still waits for its delivery.
package struct PendingRecipient: Hashable, Sendable {
    /// The place in the envelope, from 0.
    package var recipient: UInt32
    package var domain: Domain
    /// Attempts made so far.
    package var attempts: Int
    /// When it is due again; `nil` before the first attempt.
    package var nextAttempt: WallTime?

    package init(recipient: UInt32, domain: Domain, attempts: Int = 0, nextAttempt: WallTime? = nil) {
        self.recipient = recipient
        self.domain = domain
        self.attempts = attempts
        self.nextAttempt = nextAttempt
    }
}
