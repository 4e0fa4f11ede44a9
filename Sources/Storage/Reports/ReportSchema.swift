import GRDB

/// The tables of `reports.sqlite`. A migration that was released is never changed; the next one is added below it.
enum ReportSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 reports in and out") { db in
            try db.execute(
                sql: """
                    CREATE TABLE reports (
                        id BLOB NOT NULL PRIMARY KEY,
                        kind TEXT NOT NULL,
                        domain TEXT NOT NULL,
                        reporter TEXT NOT NULL,
                        report_id TEXT NOT NULL,
                        begins_at INTEGER NOT NULL,
                        ends_at INTEGER NOT NULL,
                        received_at INTEGER NOT NULL,
                        sender TEXT NOT NULL,
                        is_authenticated INTEGER NOT NULL,
                        total INTEGER NOT NULL,
                        failed INTEGER NOT NULL,
                        repairs TEXT NOT NULL,
                        reason TEXT,
                        detail TEXT NOT NULL,
                        content BLOB,
                        UNIQUE (kind, domain, reporter, report_id, begins_at, sender, is_authenticated));
                    CREATE INDEX reports_domain ON reports (domain, id);
                    CREATE INDEX reports_age ON reports (received_at);

                    CREATE TABLE report_rows (
                        report BLOB NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
                        number INTEGER NOT NULL,
                        source TEXT NOT NULL,
                        count INTEGER NOT NULL,
                        disposition TEXT NOT NULL,
                        dkim_aligned INTEGER NOT NULL,
                        spf_aligned INTEGER NOT NULL,
                        header_from TEXT NOT NULL,
                        detail TEXT NOT NULL,
                        PRIMARY KEY (report, number));

                    CREATE TABLE pending_aggregate (
                        domain TEXT NOT NULL,
                        day INTEGER NOT NULL,
                        source TEXT NOT NULL,
                        disposition TEXT NOT NULL,
                        dkim_aligned INTEGER NOT NULL,
                        spf_aligned INTEGER NOT NULL,
                        header_from TEXT NOT NULL,
                        detail TEXT NOT NULL,
                        count INTEGER NOT NULL,
                        PRIMARY KEY (
                            domain, day, source, disposition, dkim_aligned, spf_aligned, header_from, detail));

                    CREATE TABLE pending_tls (
                        domain TEXT NOT NULL,
                        day INTEGER NOT NULL,
                        policy TEXT NOT NULL,
                        failure TEXT NOT NULL,
                        count INTEGER NOT NULL,
                        PRIMARY KEY (domain, day, policy, failure));

                    CREATE TABLE sent_reports (
                        kind TEXT NOT NULL,
                        domain TEXT NOT NULL,
                        day INTEGER NOT NULL,
                        begun_at INTEGER NOT NULL,
                        note TEXT,
                        PRIMARY KEY (kind, domain, day));
                    """)
        }
        return migrator
    }
}
