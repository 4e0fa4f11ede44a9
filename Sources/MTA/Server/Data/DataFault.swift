/// What is wrong with the content of a message. It is told at the end of the data, never in the middle: the client
/// would go on sending, and what it sends would be taken for commands (SMTP smuggling, CVE-2023-51764 and its kin).
enum DataFault: Error, Equatable {
    case bareCR
    case bareLF
    case nul
    case tooLarge
    case headerTooLarge

    var reply: CannedReply {
        switch self {
        case .bareCR: .bareCR
        case .bareLF: .bareLF
        case .nul: .nul
        case .tooLarge: .tooLarge
        case .headerTooLarge: .headerTooLarge
        }
    }
}

/// What to do with a CR or LF that stands alone (RFC 5321 §2.3.8 forbids both).
package enum StrayLineEnds: Sendable {
    /// 550 5.6.11 at the end of the data.
    case refuse
    /// Each becomes CRLF. The end of the data is still exactly CRLF.CRLF.
    case normalise
}
