import Mail
import Queue

/// The messages of one campaign, made before the clock runs, and callers that hand them over.
struct FanOutLoad: Sendable {
    /// What one caller, or all of them, did.
    struct Tally: Sendable {
        var latency = LatencyRecorder()
        var failure: Refusal?
    }

    private let submissions: [Submission]

    init(recipients: Int, perMessage: Int, domains: Int, content: Content) {
        let names = (0..<min(domains, recipients)).map(BenchText.domain)
        submissions = stride(from: 0, to: recipients, by: perMessage).map { start in
            let mailboxes = (start..<min(start + perMessage, recipients)).map { number in
                Mailbox(localPart: "r\(number)", domain: names[number % names.count])
            }
            return Submission(
                tenant: BenchText.tenant, stream: .broadcast, envelope: BenchText.envelope(to: mailboxes),
                content: content, origin: .api(clientAddress: "127.0.0.1"), failureNotice: .eventOnly,
                campaign: BenchText.tenant)
        }
    }

    func run(callers: Int, into intake: QueueIntake) async -> Tally {
        let limit = LoadLimit(operations: submissions.count, deadline: .max)
        return await withTaskGroup(of: Tally.self) { group in
            for _ in 0..<callers { group.addTask { await hand(to: intake, limit) } }
            var sum = Tally()
            for await part in group {
                sum.latency.merge(part.latency)
                sum.failure = sum.failure ?? part.failure
            }
            return sum
        }
    }

    @concurrent private func hand(to intake: QueueIntake, _ limit: LoadLimit) async -> Tally {
        var tally = Tally()
        while let number = limit.next() {
            let start = ProcessClock.now
            do {
                _ = try await intake.accept(submissions[number])
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
