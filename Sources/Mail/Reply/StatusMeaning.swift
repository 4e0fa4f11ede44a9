extension EnhancedStatus {
    /// The meaning in words as RFC 3463 §3 and the IANA registry give it; the subject's where the detail is unknown.
    public var meaning: String {
        switch subject {
        case 1: addressMeaning
        case 2: mailboxMeaning
        case 3: systemMeaning
        case 4: networkMeaning
        case 5: protocolMeaning
        case 6: contentMeaning
        case 7: policyMeaning
        default: severity == 2 ? "success" : "other or undefined status"
        }
    }

    private var addressMeaning: String {
        switch detail {
        case 1: "bad destination mailbox address"
        case 2: "bad destination system address"
        case 3: "bad destination mailbox address syntax"
        case 4: "destination mailbox address ambiguous"
        case 5: "destination address valid"
        case 6: "destination mailbox has moved, no forwarding address"
        case 7: "bad sender's mailbox address syntax"
        case 8: "bad sender's system address"
        case 9: "message relayed to non-compliant mailer"
        case 10: "recipient address has null MX"
        default: "address problem"
        }
    }

    private var mailboxMeaning: String {
        switch detail {
        case 1: "mailbox disabled, not accepting messages"
        case 2: "mailbox full"
        case 3: "message length exceeds administrative limit"
        case 4: "mailing list expansion problem"
        default: "mailbox problem"
        }
    }

    private var systemMeaning: String {
        switch detail {
        case 1: "mail system full"
        case 2: "system not accepting network messages"
        case 3: "system not capable of selected features"
        case 4: "message too big for system"
        case 5: "system incorrectly configured"
        default: "mail system problem"
        }
    }

    private var networkMeaning: String {
        switch detail {
        case 1: "no answer from host"
        case 2: "bad connection"
        case 3: "directory server failure"
        case 4: "unable to route"
        case 5: "mail system congestion"
        case 6: "routing loop detected"
        case 7: "delivery time expired"
        default: "network or routing problem"
        }
    }

    private var protocolMeaning: String {
        switch detail {
        case 1: "invalid command"
        case 2: "syntax error"
        case 3: "too many recipients"
        case 4: "invalid command arguments"
        case 5: "wrong protocol version"
        case 6: "authentication exchange line is too long"
        default: "mail delivery protocol problem"
        }
    }

    private var contentMeaning: String {
        switch detail {
        case 1: "media not supported"
        case 2: "conversion required and prohibited"
        case 3: "conversion required but not supported"
        case 4: "conversion with loss performed"
        case 5: "conversion failed"
        case 6: "message content not available"
        case 7: "non-ASCII addresses not permitted for that sender or recipient"
        case 8: "UTF-8 string reply is required, but not permitted"
        case 9: "UTF-8 header message cannot be transferred"
        default: "message content problem"
        }
    }

    private var policyMeaning: String {
        switch detail {
        case 1: "delivery not authorised, message refused"
        case 2: "mailing list expansion prohibited"
        case 3: "security conversion required but not possible"
        case 8: "authentication credentials invalid"
        case 9: "authentication mechanism is too weak"
        case 10: "encryption needed"
        case 11: "encryption required for requested authentication mechanism"
        case 13: "user account disabled"
        case 14: "trust relationship required"
        case 20: "no passing DKIM signature found"
        case 23: "SPF validation failed"
        case 25: "reverse DNS validation failed"
        case 26: "multiple authentication checks failed"
        case 27: "sender address has null MX"
        case 28: "mail flood detected"
        default: "security or policy problem"
        }
    }
}
