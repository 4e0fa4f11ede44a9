import Mail
import Queue

/// Callers that append one message after the other to a journal, each waiting until its own is durable.
struct AppendLoad: Sendable {
    /// What one caller, or all of them, did.
    struct Tally: Sendable {
        var latency = LatencyRecorder()
        var failure: JournalFailure?
    }

    private let message: AcceptedMessage
    private let seed: UInt64

    init(size: Int, seed: UInt64) {
        let content = BenchText.message(size, seed: seed)
        let recipient = Mailbox(localPart: "recipient", domain: BenchText.domain(0))
        message = AcceptedMessage(
            id: UUIDv7(high: 0, low: 0), tenant: BenchText.tenant, at: WallTime(milliseconds: 1_767_225_600_000),
            facts: BenchText.facts(BenchText.envelope(to: [recipient]), size: content.count), content: content)
        self.seed = seed
    }

    func run(appenders: Int, on journal: Journal, _ limit: LoadLimit) async -> Tally {
        await withTaskGroup(of: Tally.self) { group in
            for _ in 0..<appenders { group.addTask { await append(to: journal, limit) } }
            var sum = Tally()
            for await part in group {
                sum.latency.merge(part.latency)
                sum.failure = sum.failure ?? part.failure
            }
            return sum
        }
    }

    @concurrent private func append(to journal: Journal, _ limit: LoadLimit) async -> Tally {
        var tally = Tally()
        var message = message
        while let number = limit.next() {
            message.id = BenchText.id(number, at: message.at)
            let start = ProcessClock.now
            do {
                _ = try await journal.accept(message)
            } catch {
                tally.failure = error
                limit.end()
                break
            }
            tally.latency.record(from: start, to: ProcessClock.now)
        }
        return tally
    }
}
