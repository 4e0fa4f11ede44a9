import GRDB

/// The tables of `events.sqlite`. A migration that was released is never changed; the next one is added below it.
///
/// Identifiers are made in the order of time, so every tree that begins with one grows at its end. What costs is
/// counted in trees per message: the tables are their own primary key (WITHOUT ROWID), and the index by status leaves
/// out what was delivered, which is nearly everything and is found by going back from the newest.
enum EventSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 messages, deliveries, events") { db in
            try db.execute(
                sql: """
                    CREATE TABLE projections (
                        name TEXT NOT NULL PRIMARY KEY,
                        position INTEGER NOT NULL);

                    CREATE TABLE messages (
                        tenant BLOB NOT NULL,
                        id BLOB NOT NULL,
                        status INTEGER NOT NULL,
                        waiting INTEGER NOT NULL,
                        delivered INTEGER NOT NULL,
                        bounced INTEGER NOT NULL,
                        failed INTEGER NOT NULL,
                        cancelled INTEGER NOT NULL,
                        created_at INTEGER NOT NULL,
                        scheduled_at INTEGER,
                        delivered_at INTEGER,
                        bounced_at INTEGER,
                        event BLOB NOT NULL,
                        position INTEGER NOT NULL,
                        message_id TEXT NOT NULL,
                        sender TEXT NOT NULL,
                        recipients TEXT NOT NULL,
                        subject TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        metadata TEXT NOT NULL,
                        size INTEGER NOT NULL,
                        stream INTEGER NOT NULL,
                        is_test INTEGER NOT NULL,
                        PRIMARY KEY (tenant, id)) WITHOUT ROWID;
                    CREATE INDEX messages_status ON messages (status, tenant, id) WHERE status <> 4;

                    CREATE TABLE deliveries (
                        message BLOB NOT NULL,
                        number INTEGER NOT NULL,
                        tenant BLOB NOT NULL,
                        address TEXT NOT NULL COLLATE NOCASE,
                        destination TEXT NOT NULL,
                        status INTEGER NOT NULL,
                        attempts INTEGER NOT NULL,
                        next_attempt INTEGER,
                        last_reply TEXT,
                        PRIMARY KEY (message, number)) WITHOUT ROWID;
                    CREATE INDEX deliveries_address ON deliveries (tenant, address, message);

                    CREATE TABLE events (
                        message BLOB NOT NULL,
                        position INTEGER NOT NULL,
                        tenant BLOB NOT NULL,
                        id BLOB NOT NULL,
                        kind INTEGER NOT NULL,
                        at INTEGER NOT NULL,
                        recipient TEXT NOT NULL,
                        attempt INTEGER,
                        reason INTEGER,
                        code INTEGER,
                        enhanced TEXT,
                        reply TEXT,
                        host TEXT,
                        address TEXT,
                        tls TEXT,
                        elapsed INTEGER,
                        next_attempt INTEGER,
                        PRIMARY KEY (message, position)) WITHOUT ROWID;

                    CREATE TABLE totals (
                        tenant BLOB NOT NULL,
                        status INTEGER NOT NULL,
                        messages INTEGER NOT NULL,
                        PRIMARY KEY (tenant, status)) WITHOUT ROWID;
                    """)
        }
        return migrator
    }
}
