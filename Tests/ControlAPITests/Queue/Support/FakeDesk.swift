import Mail
import Synchronization

@testable import Queue

/// Stands in for the queue: shows what it is given, remembers what it is asked to do, and refuses when it is told to.
final class FakeDesk: QueueDesk, Sendable {
    struct State: Sendable {
        var summary = QueueSummary()
        var sites: [SiteDetail] = []
        var explanations: [UUIDv7: [DeliveryExplanation]] = [:]
        var holds: [Hold] = []
        var result = VerbResult()
        var failure: ControlFailure?
        /// Every verb with what it was given.
        var verbs: [Verb] = []
    }

    enum Verb: Hashable, Sendable {
        case suspend(Hold.Scope, until: WallTime?, by: String, reason: String)
        case resume(Hold.Scope)
        case resumeHold(UUIDv7)
        case flush(QueueSelector)
        case cancel(QueueSelector)
        case bounce(QueueSelector, by: String, reason: String)
        case reroute(QueueSelector, pool: String?)
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }
    /// What was done since the last question.
    func takeVerbs() -> [Verb] {
        state.withLock { state in
            defer { state.verbs = [] }
            return state.verbs
        }
    }

    func summary() async -> QueueSummary { state.withLock { $0.summary } }
    func sites(limit: Int) async -> [SiteDetail] { state.withLock { Array($0.sites.prefix(limit)) } }
    func site(named name: String) async -> SiteDetail? {
        state.withLock { $0.sites.first { $0.view.name == name } }
    }
    func explanations(of message: UUIDv7) async -> [DeliveryExplanation] {
        state.withLock { $0.explanations[message] ?? [] }
    }
    func holds() async -> [Hold] { state.withLock { $0.holds } }

    func suspend(
        _ scope: Hold.Scope, until: WallTime?, by: String, reason: String
    ) async throws(ControlFailure) -> Hold {
        try note(.suspend(scope, until: until, by: by, reason: reason))
        return Hold(
            id: UUIDv7(at: time.wall, random: (7, 7)), scope: scope, cause: .operator(by: by, reason: reason),
            since: time.wall, until: until)
    }

    func resume(_ scope: Hold.Scope) async throws(ControlFailure) -> [Hold] {
        try note(.resume(scope))
        return state.withLock { state in
            let ended = state.holds.filter { $0.scope == scope }
            state.holds.removeAll { $0.scope == scope }
            return ended
        }
    }

    func resume(hold id: UUIDv7) async throws(ControlFailure) -> Hold {
        try note(.resumeHold(id))
        let found = state.withLock { $0.holds.first { $0.id == id } }
        guard let found else { throw .unknownHold }
        return found
    }

    func flush(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult { try note(.flush(selector)) }
    func cancel(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult { try note(.cancel(selector)) }
    func bounce(
        _ selector: QueueSelector, by: String, reason: String
    ) async throws(ControlFailure) -> VerbResult { try note(.bounce(selector, by: by, reason: reason)) }
    func reroute(_ selector: QueueSelector, to pool: String?) async throws(ControlFailure) -> VerbResult {
        try note(.reroute(selector, pool: pool))
    }

    @discardableResult private func note(_ verb: Verb) throws(ControlFailure) -> VerbResult {
        try state.withLock { state throws(ControlFailure) in
            if let failure = state.failure { throw failure }
            state.verbs.append(verb)
            return state.result
        }
    }
}
