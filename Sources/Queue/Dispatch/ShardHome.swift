package import Loop
package import Mail

/// Where a shard lives: the executor its actor is pinned to, and the clock that belongs to it.
package struct ShardHome: Sendable {
    package var executor: any SerialExecutor
    package var time: any TimeSource

    package init(executor: any SerialExecutor, time: any TimeSource) {
        self.executor = executor
        self.time = time
    }

    package init(_ loop: EventLoop) { self.init(executor: loop, time: loop.time) }
}
