import Mail

/// The Status field (RFC 3464 §2.3.4) and a sentence for people, for failures that no reply of a remote host describes.
struct FailureStatus {
    let code: EnhancedStatus
    let sentence: StaticString

    init(_ outcome: Outcome) {
        guard case .bounced(let reason) = outcome.verdict else {
            self.init(EnhancedStatus(5, 0, 0), "it could not be delivered")
            return
        }
        switch reason {
        case .remoteReply:
            // RFC 3464 §2.3.4: without a code of its own the reply says no more than its first digit.
            self.init(outcome.reply?.enhanced ?? EnhancedStatus(5, 0, 0), "the remote host refused it")
        case .noSuchDomain:
            self.init(EnhancedStatus(5, 1, 2), "the domain does not exist")
        case .nullMX:
            // RFC 7505 §4.2
            self.init(EnhancedStatus(5, 1, 10), "the domain says that it takes no mail")
        case .noMailHost:
            self.init(EnhancedStatus(5, 4, 4), "the domain has no mail host")
        case .needsSMTPUTF8:
            // RFC 6531 §3.2
            self.init(EnhancedStatus(5, 6, 7), "the remote host does not take internationalised mail")
        case .needs8BitMIME:
            self.init(EnhancedStatus(5, 6, 3), "the remote host takes 7-bit mail only")
        case .tooLarge:
            self.init(EnhancedStatus(5, 3, 4), "the message is larger than the remote host takes")
        case .expired:
            // RFC 3463 §3.5: X.4.7
            self.init(EnhancedStatus(4, 4, 7), "it could not be delivered within its time in the queue")
        case .mailLoop:
            self.init(EnhancedStatus(5, 4, 6), "the mail for this domain would come back to this host")
        case .cancelled:
            self.init(EnhancedStatus(5, 0, 0), "it was cancelled")
        case .policy:
            self.init(EnhancedStatus(5, 7, 1), "this host does not deliver to this destination")
        }
    }

    private init(_ code: EnhancedStatus, _ sentence: StaticString) {
        self.code = code
        self.sentence = sentence
    }
}
