/// Requests that take longer than the other connections of the same loop should wait.
enum LongWork {
    /// Bytes of a body that are read and sent within a few hundred microseconds.
    static let shortBody = 64 << 10

    /// Runs it where the connection is handled, or, with a large body, in the global pool.
    static func run<Result: Sendable>(bytes: Int, _ work: () async throws -> Result) async throws -> Result {
        if bytes <= shortBody { return try await work() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await work() }
    }
}
