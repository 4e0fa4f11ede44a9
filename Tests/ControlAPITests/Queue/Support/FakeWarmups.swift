import Mail
import Synchronization

@testable import Queue

/// One source, `mta-1`, with the groups `google` and `other`.
final class FakeWarmups: WarmupDesk, Sendable {
    private let state = Mutex(FakeWarmups.start)

    static let start = [
        progress("google", stage: 3, cap: 1_000, sent: 900, hold: nil),
        progress("other", stage: 29, cap: nil, sent: 0, hold: nil),
    ]

    static func progress(
        _ group: String, stage: Int, cap: Int?, sent: Int, hold: WarmupHold?, judgement: WarmupJudgement? = .promoted
    ) -> WarmupProgress {
        WarmupProgress(
            source: "mta-1", group: group, plan: "ladder", stage: stage, stages: 29, cap: cap, isFinished: cap == nil,
            hold: hold, start: nil, day: SendingDay(number: 20_468), sent: sent, delivered: sent, failed: 0,
            needed: cap.map { $0 * 9 / 10 }, judgement: judgement, idleDays: 0, sendingDays: 2,
            firstDay: SendingDay(number: 20_466), completion: cap.map { _ in SendingDay(number: 20_495) })
    }

    func warmups() -> [WarmupProgress] { state.withLock { $0 } }

    func hold(
        source: String, group: String?, _ hold: WarmupHold
    ) async throws(WarmupFailure) -> [WarmupProgress] { try change(source, group) { $0.hold = hold } }

    func resume(source: String, group: String?) async throws(WarmupFailure) -> [WarmupProgress] {
        try change(source, group) { $0.hold = nil }
    }

    func setStage(source: String, group: String?, _ stage: Int) async throws(WarmupFailure) -> [WarmupProgress] {
        guard (1...30).contains(stage) else { throw .noSuchStage(stage, stages: 29) }
        return try change(source, group) { $0.stage = stage }
    }

    private func change(
        _ source: String, _ group: String?, _ body: @Sendable (inout WarmupProgress) -> Void
    ) throws(WarmupFailure) -> [WarmupProgress] {
        guard source == "mta-1" else { throw .unknownSource(source, known: ["mta-1"]) }
        if let group, group != "google", group != "other" { throw .unknownGroup(group, known: ["google", "other"]) }
        return state.withLock { state in
            for place in state.indices where group == nil || state[place].group == group { body(&state[place]) }
            return state.filter { group == nil || $0.group == group }
        }
    }
}
