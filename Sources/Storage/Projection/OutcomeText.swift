import Mail

extension Outcome {
    /// The reply, or the reason in words where there was none; at most 1,000 bytes.
    var summary: String? {
        if let reply { return String(decoding: reply.description.utf8.prefix(1_000), as: UTF8.self) }
        switch verdict {
        case .delivered: return nil
        case .deferred(let reason): return reason.words
        case .bounced(let reason): return reason.text
        }
    }
}

enum OperatorBounce {
    /// What a delivery that an operator has given up shows where others show the last reply.
    static func text(_ words: String) -> String {
        words.isEmpty ? "an operator gave it up" : "an operator gave it up: \(words)"
    }
}

extension BounceReason {
    var text: String {
        switch self {
        case .remoteReply: "the host refused"
        case .noSuchDomain: "the domain does not exist"
        case .nullMX: "the domain takes no mail"
        case .noMailHost: "the domain has no mail host"
        case .needsSMTPUTF8: "the host does not take internationalised addresses"
        case .needs8BitMIME: "the host does not take 8-bit content"
        case .tooLarge: "the host does not take a message of this size"
        case .expired: "it could not be delivered in time"
        case .mailLoop: "the mail loops back to this host"
        case .cancelled: "it was cancelled"
        case .policy: "the configuration forbids this destination"
        }
    }
}
