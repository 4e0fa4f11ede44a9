import Mail

/// The course of one question over the servers: whom to ask next and how, given what came of the last attempt. Pure;
/// the resolver performs the steps.
///
/// UDP first; TCP to the same server when the answer was cut off (RFC 7766 §5); without EDNS to the same server when it
/// does not know EDNS (RFC 6891 §7); otherwise on to the next server, and round again until the attempts are used up.
struct QueryPlan: Sendable {
    enum Step: Hashable, Sendable {
        case ask(server: Int, over: Way)
        case finish(DNSMessage)
        case fail(ResolverFailure)
    }

    struct Way: Hashable, Sendable {
        var edns = true
        var stream = false
    }

    enum Event: Hashable, Sendable {
        case answered(DNSMessage)
        case truncated
        case malformed
        case timedOut
        case unreachable
    }

    /// What the event says about the server's health.
    enum Opinion: Hashable, Sendable { case good, bad }

    private let order: [Int]
    private var left: Int
    private var position = 0
    private var way = Way()
    /// The most telling failure so far: what a server said outranks silence.
    private var failure = ResolverFailure.unreachable

    init(order: [Int], attempts: Int) {
        self.order = order
        left = order.count * max(attempts, 1)
    }

    private var server: Int { order[position % order.count] }

    mutating func begin() -> Step { next() }

    mutating func step(after event: Event) -> Step {
        switch event {
        case .answered(let message):
            switch message.responseCode {
            case ResponseCode.noError where !message.isReferral, ResponseCode.nonexistentDomain:
                return .finish(message)
            case ResponseCode.formatError where way.edns, ResponseCode.notImplemented where way.edns:
                way.edns = false
                return .ask(server: server, over: way)
            default:
                failure = .server(rcode: message.responseCode)
            }
        case .truncated:
            if !way.stream {
                way.stream = true
                return .ask(server: server, over: way)
            }
            failure = .malformed
        case .malformed: failure = .malformed
        case .timedOut: if failure == .unreachable { failure = .timeout }
        case .unreachable: break
        }
        position += 1
        return next()
    }

    /// SERVFAIL is an opinion about the name, not about the server, and does not count against it.
    static func opinion(of event: Event) -> Opinion {
        switch event {
        case .answered, .truncated: .good
        case .malformed, .timedOut, .unreachable: .bad
        }
    }

    private mutating func next() -> Step {
        guard left > 0 else { return .fail(failure) }
        left -= 1
        way = Way()
        return .ask(server: server, over: way)
    }
}

extension DNSMessage {
    /// RFC 2308 §2.2: name servers instead of an answer. A recursive server never sends that; whoever does will not
    /// help.
    var isReferral: Bool {
        answers.isEmpty && !isAuthoritative && !authority.isEmpty && authority.allSatisfy { $0.data.answers(.ns) }
    }
}
