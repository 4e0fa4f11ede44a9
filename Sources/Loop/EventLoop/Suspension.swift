/// Suspends the task until `park`'s continuation is resumed, and goes on upon the executor it was on. `onCancel` runs
/// when the task is cancelled meanwhile or was before, on whatever thread that happens; it has to see to the
/// resumption.
///
/// Two habits of the concurrency library would take a loop's tasks off their loop, hence the one place here:
/// * A continuation is resumed by way of the generic executor, which is the global thread pool, unless the task prefers
///   another; only from there it hops back to its actor. So while it is suspended here a task prefers the executor it
///   is on, and being woken is an entry in that loop's own queue.
/// * `withTaskCancellationHandler` is older than `nonisolated(nonsending)`: a closure that does not capture the
///   isolation runs on the global executor.
///
/// - Parameter executor: where the task is, when the caller knows; otherwise it is asked of the isolation.
package func suspend<Result: Sendable>(
    on executor: (any TaskExecutor)? = nil, isolation: isolated (any Actor)? = #isolation,
    _ park: (UnsafeContinuation<Result, Never>) -> Void, onCancel: @Sendable () -> Void
) async -> Result {
    guard let executor = executor ?? taskExecutor(of: isolation), !isPreferred(executor) else {
        return await unsafe suspendHere(isolation: isolation, park, onCancel: onCancel)
    }
    return await withTaskExecutorPreference(executor, isolation: isolation) {
        _ = isolation
        return await unsafe suspendHere(isolation: isolation, park, onCancel: onCancel)
    }
}

/// The same without a way to end it early.
package func suspend<Result: Sendable>(
    on executor: (any TaskExecutor)? = nil, isolation: isolated (any Actor)? = #isolation,
    _ park: (UnsafeContinuation<Result, Never>) -> Void
) async -> Result {
    guard let executor = executor ?? taskExecutor(of: isolation), !isPreferred(executor) else {
        return await unsafe withUnsafeContinuation(isolation: isolation) { unsafe park($0) }
    }
    return await withTaskExecutorPreference(executor, isolation: isolation) {
        _ = isolation
        return await unsafe withUnsafeContinuation(isolation: isolation) { unsafe park($0) }
    }
}

private func suspendHere<Result: Sendable>(
    isolation: isolated (any Actor)?, _ park: (UnsafeContinuation<Result, Never>) -> Void,
    onCancel: @Sendable () -> Void
) async -> Result {
    await withTaskCancellationHandler(
        operation: {
            _ = isolation
            return await unsafe withUnsafeContinuation(isolation: isolation) { unsafe park($0) }
        }, onCancel: onCancel, isolation: isolation)
}

/// The executor of the actor, where it can also be preferred by tasks: a loop, real or simulated.
private func taskExecutor(of isolation: (any Actor)?) -> (any TaskExecutor)? {
    guard let isolation else { return nil }
    return unsafe isolation.unownedExecutor.asSerialExecutor() as? any TaskExecutor
}

private func isPreferred(_ executor: any TaskExecutor) -> Bool {
    unsafe withUnsafeCurrentTask { task in unsafe task?.unownedTaskExecutor == executor.asUnownedTaskExecutor() }
}
