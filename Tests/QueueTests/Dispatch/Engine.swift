import Logging
import Loop
import Mail
import MartletTesting

@testable import Queue

/// A whole queue on simulated loops with a journal in memory.
struct Engine: Sendable {
    let loop: SimulatedLoop
    let time: VirtualTime
    let spool: MemorySpool
    let transport: RecordingTransport
    let router: FakeRouter
    let signer: FakeSigner
    let queue: DeliveryQueue
    let intake: QueueIntake

    init(
        shards: Int = 1, known: [String: String] = ["a.test": "site-a", "b.test": "site-b"],
        unroutable: [String: Outcome] = [:], limits: SiteLimits = SiteLimits(),
        probe: ResourceProbe = Self.roomy, spool: MemorySpool = MemorySpool(), state: (any QueueStateStore)? = nil,
        answer: (@Sendable (DeliveryBatch, VirtualTime) async -> [Outcome])? = nil,
        options change: (inout QueueOptions) -> Void = { _ in }
    ) {
        var options = QueueOptions()
        options.hostname = "mx.martlet.test"
        options.seed = 1
        options.scheduler.retry.jitter = 0
        options.scheduler.siteBackOff.jitter = 0
        change(&options)
        loop = SimulatedLoop()
        let time = loop.time
        self.time = time
        self.spool = spool
        transport = RecordingTransport { batch, _ in
            if let answer { return await answer(batch, time) }
            return batch.envelope.recipients.map { _ in Sample.delivered }
        }
        router = FakeRouter(transport: transport, time: time, known: known, unroutable: unroutable, limits: limits)
        signer = FakeSigner(time: time)
        let home = ShardHome(executor: loop, time: time)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        queue = DeliveryQueue(
            options: options, spool: spool, router: router, signer: signer, time: time,
            homes: [ShardHome](repeating: home, count: shards), state: state, logger: logger)
        intake = QueueIntake(options: options, spool: spool, queue: queue, time: time, probe: probe)
    }

    static let roomy = ResourceProbe(
        freeShare: { _ in 0.5 }, residentBytes: { 1 << 20 }, memoryBudget: { 1 << 30 })

    func start(recovered: [RecoveredMessage] = []) async { await queue.start(recovered: recovered, notices: intake) }

    /// Accepts a message of a known size to the given addresses.
    @discardableResult
    func send(
        to recipients: String..., sender: String? = "sender@author.test", stream: MailStream = .transactional,
        change: (inout Submission) -> Void = { _ in }
    ) async throws -> Receipt {
        var submission = Submission(
            tenant: Sample.tenant, stream: stream,
            envelope: Envelope(
                sender: sender.flatMap(Mailbox.init(_:)),
                recipients: recipients.compactMap { Mailbox($0).map { Recipient($0) } }),
            content: Content(original: Array(Self.text.utf8)), origin: .api(clientAddress: "192.0.2.9"))
        change(&submission)
        return try await intake.accept(submission)
    }

    static let text =
        "From: Author <author@author.test>\r\nTo: r@a.test\r\nSubject: Greetings\r\nMessage-ID: <1@author.test>\r\n"
        + "Date: Fri, 01 Jan 2027 00:00:00 +0000\r\n\r\nHello\r\n"
}
