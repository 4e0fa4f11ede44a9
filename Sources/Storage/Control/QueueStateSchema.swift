/// What the queue has decided and keeps over a restart. The values are the queue's own affair.
enum QueueStateSchema {
    static let name = "3 state of the queue"

    static let sql = """
        CREATE TABLE queue_state (
            section TEXT NOT NULL,
            key TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (section, key)) WITHOUT ROWID;
        """
}
