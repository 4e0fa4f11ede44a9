import GRDB
package import Mail

/// `events.sqlite`: what the API reads of messages, written by the projector only.
///
/// A commit is not synced (`synchronous = NORMAL` in WAL mode): a power cut may take the last ones, but never a part of
/// one. The journal still has what they held, because it is only told to let go after a checkpoint, which syncs.
package final class EventDatabase: Sendable {
    let pool: DatabasePool

    package static func open(folder: String) throws(StorageFailure) -> EventDatabase {
        do {
            let pool = try DatabaseFile.open("events", in: folder, readers: 4, EventSchema.migrator)
            try EventSchema.migrator.migrate(pool)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
                // The projector checkpoints, since it must know when.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                // KiB. The trees grow at their ends but for one index, whose other pages the system keeps.
                try db.execute(sql: "PRAGMA cache_size = -16384")
            }
            return EventDatabase(pool: pool)
        } catch {
            throw .unavailable("events.sqlite: \(error)")
        }
    }

    private init(pool: DatabasePool) { self.pool = pool }

    package func close() { try? pool.close() }

    /// - Parameter rules: say what the refusals among the events mean.
    package func messages(time: any TimeSource, rules: BounceRules = .shipped) -> any MessageStore {
        SQLMessageStore(pool: pool, time: time, rules: rules)
    }
}
