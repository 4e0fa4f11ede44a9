import Mail

/// A command as far as a sink looks at it.
enum SinkCommand: Equatable {
    case ehlo, helo, mail, recipient, data, reset, noop, quit, startTLS
    /// RFC 3030 §2: so many bytes follow.
    case chunk(Int, isLast: Bool)
    case unknown
}

/// What a sink does about a command.
enum SinkAction: Equatable {
    case say(SinkReply)
    case sayAndEnd(SinkReply)
    case takeContent
    case takeChunk(Int, isFirst: Bool, isLast: Bool)
    case startTLS
    case drop
}

enum SinkReply: Equatable {
    case greeting, extensions, ok, goAhead, readyForTLS, goodbye
    case tooManyConnections, tooManyMessages, later, never, outOfOrder, unknown

    /// A recipient or a message is turned away, by chance.
    var isRefusal: Bool { self == .later || self == .never }
}

/// What one connection of a sink decides: which reply, when to break off. Without I/O.
struct SinkDialog {
    private let behaviour: SinkBehaviour
    private var chance: LoadRandom
    private var hasSender = false
    private var recipients = 0
    private var isChunking = false
    private var isSecure = false
    /// Acknowledged on this connection.
    private(set) var messages = 0

    /// - Parameter number: of the connection; each has its own luck, and the same in every run.
    init(_ behaviour: SinkBehaviour, number: Int) {
        self.behaviour = behaviour
        chance = LoadRandom(seed: behaviour.seed &+ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9)
    }

    /// - Parameter open: connections at this moment, this one included.
    mutating func connected(open: Int) -> SinkAction {
        if let limit = behaviour.connectionLimit, open > limit { return .sayAndEnd(.tooManyConnections) }
        if drops(.connect) { return .drop }
        return drops(.greeting) ? .sayAndEnd(.greeting) : .say(.greeting)
    }

    mutating func heard(_ command: SinkCommand) -> SinkAction {
        switch command {
        case .ehlo, .helo:
            if drops(.ehlo) { return .drop }
            forget()
            return .say(command == .ehlo ? .extensions : .ok)
        case .mail: return mail()
        case .recipient: return recipient()
        case .data:
            if drops(.data) { return .drop }
            guard recipients > 0, !isChunking else { return .say(.outOfOrder) }
            return .takeContent
        case .chunk(let count, let isLast):
            // The chunk comes whether or not it is wanted (RFC 3030 §2); it is refused behind it.
            if !isChunking && drops(.data) { return .drop }
            defer { isChunking = true }
            return .takeChunk(count, isFirst: !isChunking, isLast: isLast)
        case .reset:
            forget()
            return .say(.ok)
        case .noop: return .say(.ok)
        case .quit: return .sayAndEnd(.goodbye)
        case .startTLS:
            guard behaviour.offersTLS, !isSecure else { return .say(.unknown) }
            return .startTLS
        case .unknown: return .say(.unknown)
        }
    }

    private mutating func mail() -> SinkAction {
        if drops(.mail) { return .drop }
        if let limit = behaviour.messageLimit, messages >= limit { return .sayAndEnd(.tooManyMessages) }
        guard !hasSender else { return .say(.outOfOrder) }
        hasSender = true
        return .say(.ok)
    }

    private mutating func recipient() -> SinkAction {
        if drops(.rcpt) { return .drop }
        guard hasSender else { return .say(.outOfOrder) }
        if behaviour.scope == .recipient, let refusal = refusal() { return .say(refusal) }
        recipients += 1
        return .say(.ok)
    }

    /// The handshake is over; the client begins anew (RFC 3207 §4.2).
    mutating func becameSecure() {
        isSecure = true
        forget()
    }

    var offersTLS: Bool { behaviour.offersTLS && !isSecure }

    /// Some content has come, and more of it is still to come.
    mutating func contentBegan() -> Bool { drops(.content) }

    /// A chunk that is not the last is whole.
    func chunkEnded() -> SinkAction { .say(recipients > 0 ? .ok : .outOfOrder) }

    /// The content is whole. `.say(.ok)` means that the message has arrived.
    mutating func contentEnded() -> SinkAction {
        defer { forget() }
        if drops(.afterContent) { return .drop }
        guard recipients > 0 else { return .say(.outOfOrder) }
        if behaviour.scope == .message, let refusal = refusal() { return .say(refusal) }
        messages += 1
        return .say(.ok)
    }

    private mutating func forget() {
        hasSender = false
        recipients = 0
        isChunking = false
    }

    private mutating func refusal() -> SinkReply? {
        guard behaviour.temporary > 0 || behaviour.permanent > 0 else { return nil }
        let isForGood = chance.happens(behaviour.permanent)
        // The shares are of the whole: of those that are left, a larger one.
        let rest = max(1e-9, 1 - behaviour.permanent)
        let isForNow = !isForGood && chance.happens(min(1, behaviour.temporary / rest))
        return isForGood ? .never : isForNow ? .later : nil
    }

    private mutating func drops(_ phase: SinkBehaviour.Phase) -> Bool {
        if behaviour.drops.isEmpty { return false }
        return chance.happens(behaviour.drops[phase] ?? 0)
    }
}
