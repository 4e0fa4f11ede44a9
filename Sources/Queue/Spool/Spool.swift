/// What intake and dispatch need of the journal. The real one is `JournalSpool`; tests have one in memory.
package protocol Spool: Sendable {
    /// Returns the message's number when it would survive a power cut.
    func accept(_ message: AcceptedMessage) async throws(JournalFailure) -> UInt64
    /// Many at once, each for itself; one result for each, in their order.
    func accept(batch: [AcceptedMessage]) async -> [Result<UInt64, JournalFailure>]
    /// Does not wait: on disk within milliseconds.
    func note(_ records: [JournalNote])
    /// As `note`, but returns when they are durable. `false`: they are not, and cannot be at present.
    func commit(_ records: [JournalNote]) async -> Bool
    /// Envelope and content of a queued message, read without blocking the caller's loop.
    func load(_ number: UInt64) async throws(JournalFailure) -> AcceptedMessage
    /// `false`: nothing can be written at present, so nothing may be accepted or carried.
    var isHealthy: Bool { get }
}

extension Spool {
    /// One after the other.
    package func accept(batch: [AcceptedMessage]) async -> [Result<UInt64, JournalFailure>] {
        var results: [Result<UInt64, JournalFailure>] = []
        results.reserveCapacity(batch.count)
        for message in batch {
            do throws(JournalFailure) {
                results.append(.success(try await accept(message)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }
}
