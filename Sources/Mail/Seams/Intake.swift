/// The door of the queue: the only way a message gets in.
public protocol Intake: Sendable {
    /// Stamps identifier, Message-ID, Date and Received, appends the message to the journal, and returns when it would
    /// survive a power cut. Whoever calls may then say `250` or `202`, and not before.
    func accept(_ submission: Submission) async throws(Refusal) -> Receipt

    /// Many at once, each for itself: one refusal stops no other. Returns when all that were taken would survive a power
    /// cut.
    /// - Returns: one result for each submission, in their order.
    func accept(batch: [Submission]) async -> [Result<Receipt, Refusal>]
}

extension Intake {
    /// One after the other. An intake that can write many at once has its own.
    public func accept(batch: [Submission]) async -> [Result<Receipt, Refusal>] {
        var results: [Result<Receipt, Refusal>] = []
        results.reserveCapacity(batch.count)
        for submission in batch {
            do throws(Refusal) {
                results.append(.success(try await accept(submission)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }
}
