package import Loop

/// The journal as the queue uses it: its blocking reads go to a pool of threads.
package struct JournalSpool: Spool {
    private let journal: Journal
    private let pool: BlockingPool

    package init(_ journal: Journal, reads pool: BlockingPool) {
        self.journal = journal
        self.pool = pool
    }

    package func accept(_ message: AcceptedMessage) async throws(JournalFailure) -> UInt64 {
        try await journal.accept(message)
    }

    package func accept(batch: [AcceptedMessage]) async -> [Result<UInt64, JournalFailure>] {
        await journal.accept(batch: batch)
    }

    package func note(_ records: [JournalNote]) { journal.note(records) }

    package func commit(_ records: [JournalNote]) async -> Bool { await journal.commit(records) }

    package func load(_ number: UInt64) async throws(JournalFailure) -> AcceptedMessage {
        try await pool.run { [journal] () throws(JournalFailure) in try journal.load(number) }
    }

    package var isHealthy: Bool { journal.isHealthy }
}
