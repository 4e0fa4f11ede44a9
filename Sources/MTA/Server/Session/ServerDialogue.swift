import Mail

/// Cuts the bytes of the client into what the session expects next: lines, content, chunks.
///
/// Pure as well: bytes in, replies out. Everything that has arrived together (PIPELINING, RFC 2920) is worked through
/// in one call, so that its replies leave together.
struct ServerDialogue {
    var session: ServerSession
    /// A line that was too long is being thrown away.
    private var isEatingLine = false

    init(_ session: ServerSession) { self.session = session }

    /// Goes on until more bytes are needed, which is `proceed`, or something else has to be done first.
    mutating func advance(_ inbound: inout Bytes, into outbound: inout Bytes) -> SessionAction {
        while true {
            let action: SessionAction
            switch session.state.input {
            case .command, .saslResponse:
                guard let next = readLine(&inbound, into: &outbound) else { return .proceed }
                action = next
            case .data:
                guard !inbound.isEmpty else { return .proceed }
                let (consumed, next) = inbound.withReadable { session.data($0) }
                inbound.consume(consumed)
                action = next
            case .chunk:
                guard !inbound.isEmpty else { return .proceed }
                let (consumed, next) = inbound.withReadable { session.chunk($0, into: &outbound) }
                inbound.consume(consumed)
                action = next
            case .nothing:
                preconditionFailure("reading in \(session.state)")
            }
            guard case .proceed = action else { return action }
        }
    }

    /// `nil` when there is no complete line yet. A bare LF ends a command too: nothing but the end of DATA depends on
    /// it.
    private mutating func readLine(_ inbound: inout Bytes, into outbound: inout Bytes) -> SessionAction? {
        // RFC 4954 §4: an initial response may be as long as any other.
        let limit =
            inbound.count > session.lineLimit && Self.isAuth(inbound)
            ? session.options.limits.saslLine : session.lineLimit
        guard let end = inbound.firstIndex(of: 0x0A) else {
            if isEatingLine || inbound.count >= limit {
                isEatingLine = true
                inbound.removeAll()
            }
            return nil
        }
        if isEatingLine || end >= limit {
            isEatingLine = false
            inbound.consume(end + 1)
            return session.lineTooLong(into: &outbound)
        }
        let isFollowed = inbound.count > end + 1
        let length = end > 0 && inbound[end - 1] == 0x0D ? end - 1 : end
        let action = inbound.withReadable { bytes in
            let line = bytes.extracting(0..<length)
            return session.state == .sasl
                ? session.saslResponse(line, into: &outbound)
                : session.command(line, isFollowed: isFollowed, into: &outbound)
        }
        inbound.consume(end + 1)
        return action
    }

    private static func isAuth(_ inbound: borrowing Bytes) -> Bool {
        inbound.withReadable { $0.equals("AUTH ", in: 0..<min(5, $0.count)) }
    }
}
