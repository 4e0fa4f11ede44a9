import DNSAuth
import Loop
import Mail

/// `martlet bench sign`: DKIM signatures made by the real `DKIMSigner`, on one thread and through its pool, beside what
/// OpenSSL does with the same key on the same threads when it is given nothing but a digest.
///
/// Each measurement is short and they take turns, so that a machine whose speed drifts is slow for all of them alike.
/// The percentages compare processor time for a signature, which somebody else's work on the machine hardly changes.
package struct SignBench: Sendable {
    package enum Algorithm: String, Sendable, CaseIterable {
        case rsa = "RSA-2048"
        case ed25519 = "Ed25519"
    }

    package var algorithms = Algorithm.allCases
    /// Bytes of the message that is signed.
    package var size = 1_024
    /// Threads of the pool; `nil`: one a core, as the engine has it.
    package var threads: Int?
    /// Callers that wait for the pool at once; `nil`: four for each thread.
    package var callers: Int?
    /// Signatures of one measurement; `nil`: as many as there is time for.
    package var messages: Int?
    /// Of one measurement.
    package var duration = Duration.seconds(1)
    package var rounds = 3
    package var seed: UInt64 = 1

    package init() {}

    /// - Parameter tell: hears of each run as it ends.
    /// - Returns: for each round and algorithm four runs: OpenSSL alone on one thread and on all, `DKIMSigner`
    ///   likewise.
    package func run(_ tell: (BenchRun) -> Void = { _ in }) async throws(LocalBenchFailure) -> [BenchRun] {
        try check()
        let crew = SigningCrew(threads: threads ?? ProcessClock.cores)
        var loads: [SigningLoad] = []
        for algorithm in algorithms { loads.append(try load(algorithm, crew)) }
        var runs: [BenchRun] = []
        for _ in 0..<rounds {
            for load in loads {
                for run in try await measure(load, crew) {
                    runs.append(run)
                    tell(run)
                }
            }
        }
        return runs
    }

    private func check() throws(LocalBenchFailure) {
        guard !algorithms.isEmpty else { throw .option("--algorithm", "must be given") }
        try LocalBenchFailure.check("--size", size, in: 1...26_214_400)
        if let threads { try LocalBenchFailure.check("--threads", threads, in: 1...1_024) }
        if let callers { try LocalBenchFailure.check("--connections", callers, in: 1...10_000) }
        if let messages { try LocalBenchFailure.check("--messages", messages, in: 1...100_000_000) }
        try LocalBenchFailure.check("--rounds", rounds, in: 1...100)
        try LocalBenchFailure.check("--duration", duration)
    }

    private func load(_ algorithm: Algorithm, _ crew: SigningCrew) throws(LocalBenchFailure) -> SigningLoad {
        let request: DKIMKeyPair.Request =
            switch algorithm {
            case .rsa: .rsaSHA256()
            case .ed25519: .ed25519SHA256
            }
        do {
            return try SigningLoad(
                algorithm.rawValue, DKIMKeyPair.generate(request, selector: "bench"),
                content: BenchText.message(size, seed: seed), pool: crew.pool)
        } catch {
            throw .broken("no \(algorithm.rawValue) key can be made: \(error)")
        }
    }

    /// One round. The measurements of OpenSSL stand around those of the signer.
    private func measure(_ load: SigningLoad, _ crew: SigningCrew) async throws(LocalBenchFailure) -> [BenchRun] {
        let callers = callers ?? crew.threads * 4
        do {
            let bareOne = try await crew.occupy(1, limit) { () throws(SigningFailure) in try load.bare() }
            let signerOne = try await crew.occupy(1, limit) { () throws(SigningFailure) in try load.sign() }
            let signerAll = try await load.signThroughPool(callers: callers, limit())
            let bareAll = try await crew.occupy(crew.threads, limit) { () throws(SigningFailure) in try load.bare() }
            return [
                run("\(load.name) OpenSSL, 1 thread", bareOne, beside: nil),
                run("\(load.name) DKIM, 1 thread", signerOne, beside: bareOne),
                run("\(load.name) OpenSSL, \(crew.threads) threads", bareAll, beside: nil),
                run("\(load.name) DKIM, pool of \(crew.threads)", signerAll, beside: bareAll),
            ]
        } catch {
            throw .broken("\(load.name) signing failed: \(error)")
        }
    }

    @Sendable private func limit() -> LoadLimit {
        LoadLimit(operations: messages ?? .max, deadline: ProcessClock.now &+ UInt64(duration.nanoseconds))
    }

    private func run(_ label: String, _ done: SigningCrew.Done, beside bare: SigningCrew.Done?) -> BenchRun {
        var run = BenchRun(label: label, messages: done.count, seconds: done.spent.seconds)
        run.cost = done.spent.cost
        if let bare, done.processor > 0, bare.spent.seconds > 0 {
            let bareRate = Double(bare.count) / bare.spent.seconds
            run.figures = [
                BenchRun.Figure("of OpenSSL, by CPU", bare.processor / done.processor * 100, "%"),
                BenchRun.Figure("of OpenSSL, by the clock", run.rate / max(bareRate, 1e-9) * 100, "%"),
            ]
        }
        return run
    }
}
