import Mail

/// How far one recipient of a transaction has come.
///
/// `open` -> `accepted` (RCPT answered 2xx) -> `settled`; `open` -> `settled`; and back from `accepted` to `open` when
/// the connection breaks before the end of the data was sent, because then another host may be tried.
enum Resolution: Hashable, Sendable {
    case open
    case accepted
    case settled(Verdict, Reply?)

    var isSettled: Bool {
        switch self {
        case .open, .accepted: false
        case .settled: true
        }
    }
}

extension Verdict {
    /// RFC 5321 §4.2.1: the first digit says whether it is worth trying again.
    static func refused(by reply: Reply) -> Verdict {
        reply.isPermanent ? .bounced(.remoteReply) : .deferred(.remoteReply)
    }
}
