import GRDB

/// The tables of `control.sqlite`. A migration that was released is never changed; the next one is added below it.
enum ControlSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 tenants, keys, domains, credentials") { db in
            try db.execute(
                sql: """
                    CREATE TABLE tenants (
                        id BLOB NOT NULL PRIMARY KEY,
                        name TEXT NOT NULL UNIQUE,
                        created_at INTEGER NOT NULL);

                    CREATE TABLE api_keys (
                        id BLOB NOT NULL PRIMARY KEY,
                        tenant BLOB NOT NULL REFERENCES tenants (id),
                        name TEXT NOT NULL,
                        mode TEXT NOT NULL,
                        scopes TEXT NOT NULL,
                        digest BLOB NOT NULL UNIQUE,
                        hint TEXT NOT NULL,
                        domain TEXT,
                        created_at INTEGER NOT NULL);
                    CREATE INDEX api_keys_tenant ON api_keys (tenant, id);

                    CREATE TABLE domains (
                        id BLOB NOT NULL PRIMARY KEY,
                        tenant BLOB NOT NULL REFERENCES tenants (id),
                        name TEXT NOT NULL,
                        status TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        UNIQUE (tenant, name));

                    CREATE TABLE dkim_keys (
                        domain BLOB NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
                        selector TEXT NOT NULL,
                        algorithm TEXT NOT NULL,
                        private_key BLOB NOT NULL,
                        public_key BLOB NOT NULL,
                        PRIMARY KEY (domain, selector));

                    CREATE TABLE smtp_credentials (
                        id BLOB NOT NULL PRIMARY KEY,
                        tenant BLOB NOT NULL REFERENCES tenants (id),
                        name TEXT NOT NULL,
                        user_name TEXT NOT NULL UNIQUE,
                        salt BLOB NOT NULL,
                        digest BLOB NOT NULL,
                        domain TEXT,
                        is_test INTEGER NOT NULL,
                        created_at INTEGER NOT NULL);
                    CREATE INDEX smtp_credentials_tenant ON smtp_credentials (tenant, id);

                    CREATE TABLE idempotency (
                        tenant BLOB NOT NULL,
                        route TEXT NOT NULL,
                        key TEXT NOT NULL,
                        body_digest BLOB NOT NULL,
                        status INTEGER,
                        answer BLOB,
                        created_at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, route, key));
                    CREATE INDEX idempotency_age ON idempotency (created_at);
                    """)
        }
        migrator.registerMigration(DomainCheckSchema.name) { db in try db.execute(sql: DomainCheckSchema.sql) }
        migrator.registerMigration(QueueStateSchema.name) { db in try db.execute(sql: QueueStateSchema.sql) }
        return migrator
    }
}
