import Mail
import Synchronization

/// Answers from a table; what is not in it costs a question, which takes a second.
final class FakeRouter: Router {
    private let transport: any Transport
    private let limits: SiteLimits
    private let time: any TimeSource
    private let state: Mutex<State>

    private struct State {
        var known: [String: String]
        var unroutable: [String: Outcome]
        var questions: [String: Int] = [:]
    }

    init(
        transport: any Transport, time: any TimeSource, known: [String: String] = [:],
        unroutable: [String: Outcome] = [:], limits: SiteLimits = SiteLimits()
    ) {
        self.transport = transport
        self.time = time
        self.limits = limits
        state = Mutex(State(known: known, unroutable: unroutable))
    }

    var questions: [String: Int] { state.withLock { $0.questions } }

    func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision? {
        state.withLock { $0.known[destination.text] }.map { route($0) }
    }

    func route(to destination: Domain, isTest: Bool) async -> RouteDecision {
        state.withLock { $0.questions[destination.text, default: 0] += 1 }
        try? await time.sleep(for: .seconds(1))
        let outcome = state.withLock { state in
            if state.unroutable[destination.text] == nil { state.known[destination.text] = "mx.\(destination.text)" }
            return state.unroutable[destination.text]
        }
        if let outcome { return .unroutable(outcome) }
        return route("mx.\(destination.text)")
    }

    func makeRoutable(_ destination: String) { state.withLock { $0.unroutable[destination] = nil } }

    private func route(_ site: String) -> RouteDecision {
        .route(Route(site: site, transport: transport, limits: limits))
    }
}

/// Signs with a fixed field and counts.
final class FakeSigner: Signer {
    private let state = Mutex((calls: 0, failure: SigningFailure?.none))
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    var calls: Int { state.withLock { $0.calls } }

    var failure: SigningFailure? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    func signatures(
        for content: Content, author: Domain, at signingTime: WallTime
    ) async throws(SigningFailure) -> [UInt8] {
        let failure = state.withLock { state in
            state.calls += 1
            return state.failure
        }
        try? await time.sleep(for: .milliseconds(10))
        if let failure { throw failure }
        return Array("DKIM-Signature: d=\(author.text)\r\n".utf8)
    }
}
