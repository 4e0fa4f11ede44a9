/// Why a delivery was refused, put off or given up: the `category` of the contract, by its raw value.
public enum BounceCategory: String, Hashable, Sendable, CaseIterable {
    // About the address.
    case userUnknown = "user_unknown"
    case userMoved = "user_moved"
    /// Closed, disabled, suspended or not used for long.
    case mailboxDisabled = "mailbox_disabled"
    case mailboxFull = "mailbox_full"
    /// The recipient, or somebody for them, takes no mail from this sender.
    case recipientRefused = "recipient_refused"
    // About the recipient's domain.
    case hostUnknown = "host_unknown"
    case domainSuspended = "domain_suspended"
    /// It takes no mail at all (RFC 7504, RFC 7505).
    case takesNoMail = "takes_no_mail"
    // About the sender.
    case senderRejected = "sender_rejected"
    case badReputation = "bad_reputation"
    /// The sending address stands in a list of the receiver's or of somebody whom it asks.
    case listed = "listed"
    case rateLimited = "rate_limited"
    case greylisted = "greylisted"
    /// SPF, DKIM or DMARC.
    case authenticationFailed = "authentication_failed"
    case requiresPTR = "requires_ptr"
    case relayingDenied = "relaying_denied"
    /// The host wants a login that we do not have, or refuses ours.
    case credentialsRequired = "credentials_required"
    case tlsRequired = "tls_required"
    case policy = "policy"
    // About the message.
    case spamContent = "spam_content"
    case virus = "virus"
    /// An attachment, a header field or another part that the host does not take.
    case contentRejected = "content_rejected"
    case notCompliant = "not_compliant"
    case messageTooBig = "message_too_big"
    case tooManyRecipients = "too_many_recipients"
    /// It needs an extension that the host does not offer.
    case unsupported = "unsupported"
    // About the way.
    case systemFull = "system_full"
    case systemError = "system_error"
    case network = "network"
    case routing = "routing"
    case expired = "expired"
    case protocolError = "protocol_error"
    // Our own doing.
    case cancelled = "cancelled"
    case forbidden = "forbidden"
    case undetermined = "undetermined"

    /// What the host thinks of us, our pace or our mail. No rule can make it count against an address.
    public var isAboutSender: Bool {
        switch self {
        case .senderRejected, .badReputation, .listed, .rateLimited, .greylisted, .authenticationFailed, .requiresPTR,
            .relayingDenied, .credentialsRequired, .spamContent:
            true
        case .userUnknown, .userMoved, .mailboxDisabled, .mailboxFull, .recipientRefused, .hostUnknown,
            .domainSuspended, .takesNoMail, .tlsRequired, .policy, .virus, .contentRejected, .notCompliant,
            .messageTooBig, .tooManyRecipients, .unsupported, .systemFull, .systemError, .network, .routing, .expired,
            .protocolError, .cancelled, .forbidden, .undetermined:
            false
        }
    }

    /// The class of a permanent refusal of this kind, unless a rule says otherwise.
    public var ordinaryClass: BounceClass {
        switch self {
        case .userUnknown, .userMoved, .mailboxDisabled, .hostUnknown, .takesNoMail: .hard
        case .mailboxFull, .domainSuspended, .greylisted, .messageTooBig, .tooManyRecipients, .unsupported,
            .systemFull, .systemError, .network, .routing, .expired, .tlsRequired, .credentialsRequired,
            .relayingDenied:
            .soft
        case .recipientRefused, .senderRejected, .badReputation, .listed, .rateLimited, .authenticationFailed,
            .requiresPTR, .policy, .spamContent, .virus, .contentRejected, .notCompliant:
            .block
        case .protocolError, .cancelled, .forbidden, .undetermined: .undetermined
        }
    }
}
