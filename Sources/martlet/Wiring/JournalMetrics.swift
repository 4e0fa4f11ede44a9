import CoreMetrics
import Queue
import Synchronization

/// Brings what the journal counts for itself into `/metrics`: group commits (each is one fdatasync) and the records
/// they carried.
final class JournalMetrics: Sendable {
    private let journal: Journal
    private let commits = Counter(label: "martlet_journal_commits_total")
    private let records = Counter(label: "martlet_journal_records_total")
    /// What was counted up to the last update.
    private let known = Mutex((commits: 0, records: 0))

    init(_ journal: Journal) { self.journal = journal }

    func update() {
        let now = journal.commitCounts
        known.withLock { known in
            commits.increment(by: now.commits - known.commits)
            records.increment(by: now.records - known.records)
            known = now
        }
    }
}
