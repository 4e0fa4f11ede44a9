import Loop
import Mail

/// The threads that sign: those of the pool that the signer is given, so that both are measured on the same ones.
struct SigningCrew: Sendable {
    let threads: Int
    let pool: BlockingPool

    /// What was done in which time.
    struct Done: Sendable {
        var count: Int
        var spent: ProcessClock.Spent

        /// Seconds of processor time for one.
        var processor: Double { count > 0 ? spent.processor / Double(count) : 0 }
    }

    init(threads: Int) {
        self.threads = max(1, threads)
        pool = BlockingPool(name: "bench-sign", threads: self.threads)
    }

    /// Does the same thing on so many threads until the limit is reached.
    func occupy(
        _ number: Int, _ limit: @Sendable () -> LoadLimit, _ body: @escaping @Sendable () throws(SigningFailure) -> Void
    ) async throws(SigningFailure) -> Done {
        let start = ProcessClock()
        let limit = limit()
        let result = await withTaskGroup(of: Result<Int, SigningFailure>.self) { group in
            for _ in 0..<number {
                group.addTask { await pool.run { Self.work(limit, body) } }
            }
            var sum = Result<Int, SigningFailure>.success(0)
            for await part in group { sum = Self.sum(sum, part) }
            return sum
        }
        return Done(count: try result.get(), spent: ProcessClock().since(start))
    }

    private static func work(
        _ limit: LoadLimit, _ body: () throws(SigningFailure) -> Void
    ) -> Result<Int, SigningFailure> {
        var count = 0
        while limit.next() != nil {
            do {
                try body()
            } catch {
                limit.end()
                return .failure(error)
            }
            count += 1
        }
        return .success(count)
    }

    static func sum(
        _ a: Result<Int, SigningFailure>, _ b: Result<Int, SigningFailure>
    ) -> Result<Int, SigningFailure> {
        switch (a, b) {
        case (.success(let first), .success(let second)): .success(first + second)
        case (.failure, _): a
        case (.success, .failure): b
        }
    }
}
