import Logging
import Loop
import Mail
import MartletTesting

@testable import Queue

/// One life of journal, queue and intake on a simulated disk, with real loops, told to a judge.
final class QueueLife: Sendable {
    private let loops: LoopGroup
    private let disk: SimulatedDisk
    private let judge: DeliveryJudge
    private let journal: Journal
    private let queue: DeliveryQueue
    private let intake: QueueIntake
    private let follower: Task<UInt64, Never>
    let report: RecoveryReport
    /// Of all lives: some thousand threads would be too many.
    private static let reads = BlockingPool(name: "reads", threads: 2)

    /// `nil`: the disk was cut off before the journal was open.
    init?(_ disk: SimulatedDisk, _ judge: DeliveryJudge, seed: UInt64) async throws {
        var files = JournalOptions(folder: "/journal")
        files.files = disk
        files.segmentSize = 16 << 10
        files.probeInterval = .milliseconds(1)
        files.restateDistance = 1
        files.restateBelow = 0.5
        let time = SystemTime()
        guard let opened = try? Journal.open(files, time: time) else { return nil }
        self.disk = disk
        self.judge = judge
        journal = opened.journal
        report = opened.report
        follower = Self.follow(opened.journal, judge)
        loops = try LoopGroup(count: 2)
        loops.start()
        let transport = Self.transport(disk, judge, seed: seed)
        let router = FakeRouter(
            transport: transport, time: time, known: ["a.test": "site-a", "b.test": "site-b", "c.test": "site-c"])
        let spool = JournalSpool(opened.journal, reads: Self.reads)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let options = Self.options(seed)
        queue = DeliveryQueue(
            options: options, spool: spool, router: router, signer: nil, time: time,
            homes: loops.loops.map { ShardHome($0) }, logger: logger)
        intake = QueueIntake(options: options, spool: spool, queue: queue, time: time, probe: Engine.roomy)
        await queue.start(recovered: opened.recovered, notices: intake)
    }

    private static func options(_ seed: UInt64) -> QueueOptions {
        var options = QueueOptions()
        options.hostname = "mx.martlet.test"
        options.seed = seed
        options.journalProbe = .milliseconds(2)
        let soon = RetryPolicy(first: .milliseconds(5), factor: 1, cap: .milliseconds(5), jitter: 0)
        options.scheduler.retryPlan.policy = soon
        options.scheduler.retryPlan.classes = [:]
        options.scheduler.siteBackOff = soon
        // Bodies are read from the journal again, and not only remembered.
        options.cacheBytes = 64 << 10
        return options
    }

    /// Takes three of four, and nothing once the machine has stopped.
    private static func transport(_ disk: SimulatedDisk, _ judge: DeliveryJudge, seed: UInt64) -> RecordingTransport {
        RecordingTransport { batch, _ in
            batch.recipientIndexes.map { recipient in
                if disk.isCrashed { return Outcome(.deferred(.shuttingDown)) }
                var dice = JournalDice(
                    state: seed ^ batch.message.low ^ UInt64(batch.attempt) << 32 ^ UInt64(recipient))
                if dice.next() % 4 == 0 { return Sample.greylisted }
                judge.delivered(batch.message, [recipient])
                return Sample.delivered
            }
        }
    }

    /// What the journal tells its consumers is durable. - Returns: how far it came.
    private static func follow(_ journal: Journal, _ judge: DeliveryJudge) -> Task<UInt64, Never> {
        let start = journal.end
        journal.acknowledge("judge", upTo: start)
        return Task {
            var place = start
            while (try? await journal.wait(for: place)) != nil {
                place = await tell(judge, of: journal, from: place)
                journal.acknowledge("judge", upTo: place)
            }
            return place
        }
    }

    /// - Returns: how far it came.
    private static func tell(_ judge: DeliveryJudge, of journal: Journal, from start: UInt64) async -> UInt64 {
        var place = start
        while let page = try? await journal.read(from: place, limit: 500), page.next > place {
            for event in page.events {
                guard case .attempted(let attempt) = event.kind, attempt.outcome.verdict == .delivered else { continue }
                judge.durable(event.message, attempt.recipient)
            }
            place = page.next
        }
        return place
    }

    /// Six clients hand in one message after the other until the machine stops, or each has handed in enough.
    func load(from first: Int) async {
        await withDiscardingTaskGroup { group in
            for client in 0..<6 {
                let loop = loops.next()
                group.addTask { [self] in
                    await loop.run { [self] _ in
                        for index in 0..<50 where !disk.isCrashed { await hand(first + client * 50 + index) }
                    }
                }
            }
        }
    }

    private func hand(_ number: Int) async {
        let id = UUIDv7(
            at: WallTime(milliseconds: 1_798_761_600_000 + Int64(number)), random: (UInt64(number), UInt64(number)))
        let recipients = 1 + number % 3
        let size = number % 40 == 7 ? 20_000 : 300 + number % 900
        let submission = Submission(
            tenant: Sample.tenant,
            envelope: Envelope(
                sender: Mailbox("author@author.test"),
                recipients: (0..<recipients).map { place in
                    let domain = ["a", "b", "c"][(number + place) % 3] + ".test"
                    return Recipient(Mailbox(localPart: "r\(place)", domain: Domain(canonical: domain)))
                }),
            content: Content(original: Array((Engine.text + String(repeating: "x", count: size) + "\r\n").utf8)),
            origin: .api(clientAddress: "192.0.2.1"), id: id)
        judge.submitted(id)
        do {
            _ = try await intake.accept(submission)
            judge.acknowledged(id, recipients: recipients)
        } catch {
            // A machine that has stopped has told nobody anything.
            if !disk.isCrashed { judge.refused(id) }
        }
    }

    func waitUntilEmpty() async {
        while await queue.snapshot(sites: 0).counts.messages > 0 {
            try? await SystemTime().sleep(for: .milliseconds(1))
        }
    }

    /// Gives the process up: nothing is waited for but that no thread of it is left.
    func end() async {
        intake.close()
        _ = await queue.drain(deadline: SystemTime().now + .seconds(20))
        journal.close()
        follower.cancel()
        _ = await Self.tell(judge, of: journal, from: follower.value)
        loops.stop()
    }
}
