import ControlAPI
import Loop
import Mail
import Synchronization

/// Asks the server every second, beside whoever draws.
final class TopWatch: Sendable {
    private struct State: Sendable {
        /// The newest last; rates are counted from the oldest.
        var kept: [TopSnapshot] = []
        var trouble: String?
        var isAsking = false
        var next: MonotonicInstant?
    }

    /// Snapshots that are kept: rates are means of so many seconds.
    private static let span = 5

    private let client: ControlClient
    private let time = SystemTime()
    private let state = Mutex(State())

    init(client: ControlClient) { self.client = client }

    func snapshot() async throws(OperatorFailure) -> TopSnapshot {
        let summary = try await client.ask(.summary)
        let sites = try await client.ask(.sites(limit: 1_000))
        let warmups = try await client.ask(.warmups)
        return TopSnapshot(summary: summary, sites: sites, warmups: warmups, taken: time.now)
    }

    func keep(_ snapshot: TopSnapshot) {
        let next = time.now + .seconds(1)
        state.withLock { state in
            state.kept.append(snapshot)
            if state.kept.count > Self.span + 1 { state.kept.removeFirst() }
            state.trouble = nil
            state.next = next
        }
    }

    /// Asks anew when a second has passed since the last answer. Never waits.
    func refreshIfDue() {
        let now = time.now
        let isDue = state.withLock { state in
            guard !state.isAsking, state.next.map({ $0 <= now }) ?? true else { return false }
            state.isAsking = true
            return true
        }
        guard isDue else { return }
        Task { await refresh() }
    }

    private func refresh() async {
        do { keep(try await snapshot()) } catch {
            let next = time.now + .seconds(1)
            state.withLock { state in
                state.trouble = error.description
                state.next = next
            }
        }
        state.withLock { $0.isAsking = false }
    }

    func lines(_ screen: TopScreen) -> [TopScreen.Line] {
        let (kept, trouble) = state.withLock { ($0.kept, $0.trouble) }
        guard let newest = kept.last else { return [] }
        return screen.lines(newest, since: kept.count > 1 ? kept.first : nil, trouble: trouble)
    }

    func lastOffset(_ screen: TopScreen) -> Int {
        state.withLock { $0.kept.last }.map(screen.lastOffset) ?? 0
    }
}
