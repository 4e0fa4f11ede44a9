import GRDB
import Mail

/// The SQL of a message list: one page, and how many there are.
struct MessageQuery {
    struct Part {
        var sql: String
        var arguments: StatementArguments
    }

    let page: Part
    let total: Part

    init(tenant: UUIDv7, filter: MessageFilter, now: WallTime) {
        var conditions = ["tenant = ?"]
        var arguments: StatementArguments = [tenant.column]
        if let status = filter.status {
            let (condition, more) = Self.condition(status, now: now)
            conditions.append(condition)
            arguments += more
        }
        if let recipient = filter.to {
            conditions.append("id IN (SELECT message FROM deliveries WHERE tenant = ? AND address = ?)")
            arguments += [tenant.column, recipient]
        }
        // The identifier holds the time to the millisecond, so a range of times is a range of the primary key; its
        // minute on either side allows for the moment between the two.
        if let since = filter.since {
            conditions.append("id >= ? AND created_at >= ?")
            arguments += [Self.lowest(since - .seconds(60)).column, since.milliseconds]
        }
        if let until = filter.until {
            conditions.append("id < ? AND created_at <= ?")
            arguments += [Self.lowest(until + .seconds(60)).column, until.milliseconds]
        }
        let matching = conditions.joined(separator: " AND ")
        if filter.to == nil, filter.since == nil, filter.until == nil, Self.isCounted(filter.status) {
            total = Self.counted(tenant, filter.status)
        } else {
            total = Part(sql: "SELECT COUNT(*) FROM messages WHERE \(matching)", arguments: arguments)
        }
        var paged = matching
        if let before = filter.before {
            paged += " AND id < ?"
            arguments += [before.column]
        }
        arguments += [filter.limit, filter.offset]
        page = Part(
            sql: "SELECT * FROM messages WHERE \(paged) ORDER BY id DESC LIMIT ? OFFSET ?", arguments: arguments)
    }

    /// The status stands in the text, not in an argument: only so does SQLite see that the partial index fits.
    private static func condition(_ status: MessageStatus, now: WallTime) -> (String, StatementArguments) {
        switch status {
        case .scheduled:
            ("status = \(status.code) AND scheduled_at > ?", [now.milliseconds])
        case .queued:
            (
                "(status = \(status.code) OR (status = \(MessageStatus.scheduled.code) AND scheduled_at <= ?))",
                [now.milliseconds]
            )
        // Nothing rests in `sent`: it is known together with `delivered`.
        case .sent, .delivered: ("status = \(MessageStatus.delivered.code)", [])
        case .bounced, .failed, .cancelled: ("status = \(status.code)", [])
        }
    }

    /// The states that only an event changes are counted as they change.
    private static func isCounted(_ status: MessageStatus?) -> Bool {
        switch status {
        case nil, .sent, .delivered, .bounced, .failed, .cancelled: true
        case .scheduled, .queued: false
        }
    }

    private static func counted(_ tenant: UUIDv7, _ status: MessageStatus?) -> Part {
        guard let status else {
            return Part(sql: "SELECT SUM(messages) FROM totals WHERE tenant = ?", arguments: [tenant.column])
        }
        let code = status == .sent ? MessageStatus.delivered.code : status.code
        return Part(
            sql: "SELECT messages FROM totals WHERE tenant = ? AND status = ?", arguments: [tenant.column, code])
    }

    private static func lowest(_ time: WallTime) -> UUIDv7 {
        UUIDv7(at: WallTime(milliseconds: min(max(time.milliseconds, 0), 1 << 47)), random: (0, 0))
    }
}
