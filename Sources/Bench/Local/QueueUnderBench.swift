import Logging
import Loop
import Mail
import Queue

/// The real queue, with real shards on loops of its own, between a spool that the bench chooses and nobody at all.
struct QueueUnderBench: Sendable {
    let loops: LoopGroup
    let transport = GatedTransport()
    let queue: DeliveryQueue
    let options: QueueOptions

    /// - Parameter loops: shards, each on a thread.
    init(loops count: Int, spool: any Spool, seed: UInt64) throws(LocalBenchFailure) {
        do {
            loops = try LoopGroup(count: count)
        } catch {
            throw .broken("no event loop can be made: \(error)")
        }
        var options = QueueOptions()
        options.hostname = "bench.example"
        options.seed = seed
        options.intake.minimumFreeShare = 0
        self.options = options
        var logger = Logger(label: "martlet.bench")
        logger.logLevel = .critical
        queue = DeliveryQueue(
            options: options, spool: spool, router: BenchRouter(transport: transport), signer: nil, time: SystemTime(),
            homes: loops.loops.map { ShardHome($0) }, logger: logger)
        loops.start()
    }

    /// Returns when the shards hold so many deliveries: what is admitted goes through a box to each of them.
    func holds(_ deliveries: Int) async -> Int {
        var held = 0
        // Each look waits until the shard has finished what it was doing, so this turns a few times only.
        for _ in 0..<1_000_000 {
            held = await queue.snapshot(sites: 0).counts.deliveries
            if held >= deliveries { break }
        }
        return held
    }

    /// What is still queued goes with the queue.
    func end() async {
        transport.shut()
        _ = await queue.drain(deadline: SystemTime().now + .seconds(30))
        loops.stop()
    }
}
