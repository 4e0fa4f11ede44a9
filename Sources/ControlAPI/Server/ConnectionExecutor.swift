import NIOCore

/// Runs the tasks of a connection on the thread that reads and writes it.
///
/// Without it each `await` of a request is resumed by way of the global pool: a queue, a lock and mostly a thread to wake,
/// a dozen times a request. With it a request changes threads only where it waits for something that happens on another.
final class ConnectionExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
