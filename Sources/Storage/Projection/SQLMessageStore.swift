import Foundation
import GRDB
import Mail

struct SQLMessageStore: MessageStore {
    let pool: DatabasePool
    let time: any TimeSource
    let rules: BounceRules

    func message(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> MessageView? {
        let now = time.wall
        return try await translating {
            try await pool.read { db in
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM messages WHERE tenant = ? AND id = ?",
                    arguments: [tenant.column, id.column])
                guard let row else { return nil }
                var view = try Self.message(row, now: now)
                view.deliveries = try Row.fetchAll(
                    db, sql: "SELECT * FROM deliveries WHERE message = ? ORDER BY number", arguments: [id.column]
                ).map(Self.delivery)
                return view
            }
        }
    }

    func messages(of tenant: UUIDv7, matching filter: MessageFilter) async throws(StorageFailure) -> MessagePage {
        let now = time.wall
        let query = MessageQuery(tenant: tenant, filter: filter, now: now)
        return try await translating {
            try await pool.read { db in
                let rows = try Row.fetchAll(db, sql: query.page.sql, arguments: query.page.arguments)
                let total = try Int.fetchOne(db, sql: query.total.sql, arguments: query.total.arguments) ?? 0
                return MessagePage(messages: try rows.map { try Self.message($0, now: now) }, total: total)
            }
        }
    }

    func events(of message: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [EventView] {
        try await translating {
            try await pool.read { db in
                let queued = try Row.fetchOne(
                    db, sql: "SELECT * FROM messages WHERE tenant = ? AND id = ?",
                    arguments: [tenant.column, message.column])
                guard let queued else { return [] }
                let addresses = try String.fetchAll(
                    db, sql: "SELECT address FROM deliveries WHERE message = ? ORDER BY number LIMIT 1000",
                    arguments: [message.column])
                var views = [try EventRendering.queued(queued, recipients: addresses)]
                let rows = try Row.fetchCursor(
                    db, sql: "SELECT * FROM events WHERE message = ? AND tenant = ? ORDER BY position",
                    arguments: [message.column, tenant.column])
                while let row = try rows.next() {
                    views += try EventRendering.views(row, recipients: addresses, rules: rules)
                }
                return views
            }
        }
    }

    func queueSummary() async throws(StorageFailure) -> [QueueSummaryRow] {
        try await translating {
            try await pool.read { db in
                // By way of the messages that still wait: there is no index of deliveries by state, which every
                // delivery would pay for.
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT d.destination AS destination,
                            SUM(CASE WHEN d.status = 0 THEN 1 ELSE 0 END) AS queued,
                            SUM(CASE WHEN d.status = 1 THEN 1 ELSE 0 END) AS deferred,
                            MIN(m.created_at) AS oldest, MAX(d.last_reply) AS last_reply
                        FROM messages m JOIN deliveries d ON d.message = m.id
                        WHERE m.status IN (1, 2) AND m.status <> 4 AND d.status IN (0, 1)
                        GROUP BY d.destination ORDER BY 2 + 3 DESC, 1
                        """)
                return try rows.map { row in
                    QueueSummaryRow(
                        destination: try row.text("destination"), queued: row["queued"], deferred: row["deferred"],
                        oldest: try row.time("oldest"), lastReply: row["last_reply"])
                }
            }
        }
    }

    private static func message(_ row: Row, now: WallTime) throws -> MessageView {
        guard var status = MessageStatus(code: row["status"]) else { throw DamagedRow(column: "status") }
        let scheduledAt = row.optionalTime("scheduled_at")
        // No event tells that a time has come.
        if status == .scheduled, scheduledAt.map({ $0 <= now }) ?? true { status = .queued }
        let deliveredAt = row.optionalTime("delivered_at")
        return MessageView(
            id: try row.id("id"), tenant: try row.id("tenant"), messageID: try row.text("message_id"),
            from: try row.text("sender"), to: StringList.decode(try row.text("recipients")),
            subject: try row.text("subject"), status: status, tags: StringList.decode(try row.text("tags")),
            metadata: StringList.decodePairs(try row.text("metadata")), size: row["size"], isTest: row["is_test"],
            createdAt: try row.time("created_at"), scheduledAt: scheduledAt,
            sentAt: deliveredAt, deliveredAt: deliveredAt, bouncedAt: row.optionalTime("bounced_at"), deliveries: [])
    }

    private static func delivery(_ row: Row) throws -> DeliveryView {
        guard let state = DeliveryState(rawValue: row["status"]) else { throw DamagedRow(column: "status") }
        return DeliveryView(
            recipient: try row.text("address"), status: state.view, attempts: row["attempts"],
            nextAttempt: row.optionalTime("next_attempt"), lastReply: row["last_reply"])
    }
}
