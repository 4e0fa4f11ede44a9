import GRDB

/// What the checks of a domain's DNS need: states and dates of keys and domains, and the findings of the last check.
enum DomainCheckSchema {
    static let name = "2 domain checks, states of DKIM keys"

    /// Until this migration a domain became verified by the operator's word alone.
    static let sql = """
        ALTER TABLE domains ADD COLUMN is_vouched INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE domains ADD COLUMN verified_at INTEGER;
        ALTER TABLE domains ADD COLUMN failing_since INTEGER;
        ALTER TABLE domains ADD COLUMN checked_at INTEGER;
        ALTER TABLE domains ADD COLUMN score INTEGER;
        ALTER TABLE domains ADD COLUMN next_check_at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE domains ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
        UPDATE domains SET is_vouched = 1, verified_at = created_at WHERE status = 'verified';
        CREATE INDEX domains_next_check ON domains (next_check_at);

        ALTER TABLE dkim_keys ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
        ALTER TABLE dkim_keys ADD COLUMN created_at INTEGER;
        ALTER TABLE dkim_keys ADD COLUMN activated_at INTEGER;
        ALTER TABLE dkim_keys ADD COLUMN removable_at INTEGER;
        UPDATE dkim_keys SET created_at = (SELECT created_at FROM domains WHERE domains.id = dkim_keys.domain);
        UPDATE dkim_keys SET activated_at = created_at;

        CREATE TABLE domain_findings (
            domain BLOB NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            subject TEXT NOT NULL,
            status TEXT NOT NULL,
            settled TEXT,
            record TEXT NOT NULL,
            type TEXT NOT NULL,
            published TEXT NOT NULL,
            expected TEXT NOT NULL,
            advice TEXT NOT NULL,
            is_required INTEGER NOT NULL,
            weight INTEGER NOT NULL,
            merit INTEGER NOT NULL,
            PRIMARY KEY (domain, position));
        """
}
