import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

/// A ledger under virtual time, and the words that tests of whole days are told in.
struct Days {
    let time: VirtualTime
    let counters: DailyCounters

    /// - Parameter start: the wall time of the beginning.
    init(_ setup: DailySetup, from start: String) throws {
        time = VirtualTime(start: try #require(WallTime(rfc3339: start)))
        counters = DailyCounters(setup, time: time)
    }

    static func plan(
        _ caps: [Int], _ change: (inout WarmupPlan) -> Void = { _ in }
    ) throws -> WarmupPlan {
        var plan = try WarmupPlan("test", caps: caps)
        change(&plan)
        return plan
    }

    static func setup(
        _ plan: WarmupPlan, start: String? = nil, zone: String = "UTC", source: String = "ip1"
    ) throws -> DailySetup {
        DailySetup(
            calendar: try #require(DayCalendar(zone)),
            warmups: try WarmupTable([
                .init(source: source, plans: ["other": plan], start: start.flatMap { SendingDay($0) })
            ]))
    }

    func number(_ source: String = "ip1", _ provider: String = "google") throws -> UInt32 {
        try #require(counters.counter(for: .warmup(source: source, group: provider)))
    }

    /// Takes as much as it gets of what is offered, in batches, and settles it.
    /// - Parameter delivered: in thousandths; the rest was refused.
    /// - Returns: how many were let go.
    @discardableResult
    func send(_ offered: Int, delivered: Int = 1_000, of number: UInt32? = nil) throws -> Int {
        let number = try number ?? self.number()
        var sent = 0
        while sent < offered, case .success(let granted) = counters.take(offered - sent, of: number, at: time.now) {
            sent += granted
        }
        let good = sent * delivered / 1_000
        if sent > 0 { counters.settle(number, delivered: good, failed: sent - good, untried: 0, at: time.now) }
        return sent
    }

    /// Moves to the given time of the next day in UTC.
    func nextDay(_ hour: Int = 8) {
        let midnight = DayCalendar.utc.start(of: DayCalendar.utc.day(at: time.wall) + 1)
        time.advance(by: midnight + .seconds(hour * 3_600) - time.wall)
    }

    var progress: WarmupProgress {
        get throws { try #require(counters.warmups().first) }
    }
}

/// A store in memory. What a power cut leaves of it is what was saved.
final class MemoryState: QueueStateStore {
    private struct Content {
        var sections: [String: [String: [UInt8]]] = [:]
        var failure: StorageFailure?
        var saves = 0
    }

    private let content = Mutex(Content())

    init(_ values: [(key: String, value: [UInt8])] = []) {
        content.withLock { content in
            for (key, value) in values { content.sections[DailyValue.section, default: [:]][key] = value }
        }
    }

    var saves: Int { content.withLock { $0.saves } }

    func fail(_ failure: StorageFailure?) { content.withLock { $0.failure = failure } }

    func load(_ section: String) async throws(StorageFailure) -> [(key: String, value: [UInt8])] {
        values(section)
    }

    func save(_ section: String, _ changes: [(key: String, value: [UInt8]?)]) async throws(StorageFailure) {
        try write(section, changes)
    }

    func values(_ section: String = DailyValue.section) -> [(key: String, value: [UInt8])] {
        content.withLock { content in
            content.sections[section, default: [:]].sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    func write(_ section: String, _ changes: [(key: String, value: [UInt8]?)]) throws(StorageFailure) {
        let failure: StorageFailure? = content.withLock { content in
            content.saves += 1
            if let failure = content.failure { return failure }
            for (key, value) in changes { content.sections[section, default: [:]][key] = value }
            return nil
        }
        if let failure { throw failure }
    }
}
