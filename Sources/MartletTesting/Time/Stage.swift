package import Loop
import Synchronization

/// An actor without a purpose of its own, on an executor of choice: a place for a test's code and its streams.
package actor Stage {
    private nonisolated let executor: any SerialExecutor

    package init(on executor: any SerialExecutor) { self.executor = executor }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    package func perform<Result: Sendable>(
        _ body: @Sendable (isolated Stage) async throws -> Result
    ) async rethrows -> Result {
        try await body(self)
    }
}

extension EventLoop {
    /// Runs the body on this loop, as a task that prefers it.
    package func run<Result: Sendable>(
        _ body: @Sendable (isolated Stage) async throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(self) { try await Stage(on: self).perform(body) }
    }

    /// The same for a body that throws nothing.
    package func run<Result: Sendable>(_ body: @Sendable (isolated Stage) async -> Result) async -> Result {
        await withTaskExecutorPreference(self) { await Stage(on: self).perform(body) }
    }
}

/// Where a task leaves its result.
final class StageResult<Success: Sendable>: Sendable {
    private let state = Mutex<Result<Success, any Error>?>(nil)
    var result: Result<Success, any Error>? { state.withLock { $0 } }
    func set(_ result: Result<Success, any Error>) { state.withLock { $0 = result } }
}
