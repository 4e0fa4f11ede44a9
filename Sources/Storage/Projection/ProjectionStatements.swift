import GRDB
import Mail

/// The projection's SQL, prepared once on the writer's connection.
struct ProjectionStatements {
    private let selectMessage: DirectStatement
    private let selectDelivery: DirectStatement
    private let insertMessage: DirectStatement
    private let updateMessage: DirectStatement
    private let insertDelivery: DirectStatement
    private let updateDelivery: DirectStatement
    private let insertEvent: DirectStatement
    private let addTotal: DirectStatement
    private let setPosition: DirectStatement

    static let name = "messages"

    init(_ db: Database) throws {
        selectMessage = try DirectStatement(
            db,
            """
            SELECT status, waiting, delivered, bounced, failed, cancelled, delivered_at, bounced_at
            FROM messages WHERE tenant = ?1 AND id = ?2
            """)
        selectDelivery = try DirectStatement(
            db, "SELECT status, attempts FROM deliveries WHERE message = ?1 AND number = ?2")
        insertMessage = try DirectStatement(
            db,
            """
            INSERT INTO messages (
                tenant, id, status, waiting, delivered, bounced, failed, cancelled, created_at, scheduled_at,
                delivered_at, bounced_at, event, position, message_id, sender, recipients, subject, tags, metadata,
                size, stream, is_test)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23)
            """)
        updateMessage = try DirectStatement(
            db,
            """
            UPDATE messages SET status = ?3, waiting = ?4, delivered = ?5, bounced = ?6, failed = ?7, cancelled = ?8,
                delivered_at = ?9, bounced_at = ?10
            WHERE tenant = ?1 AND id = ?2
            """)
        insertDelivery = try DirectStatement(
            db,
            """
            INSERT INTO deliveries (
                message, number, tenant, address, destination, status, attempts, next_attempt, last_reply)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        updateDelivery = try DirectStatement(
            db,
            """
            UPDATE deliveries SET status = ?3, attempts = ?4, next_attempt = ?5, last_reply = ?6
            WHERE message = ?1 AND number = ?2
            """)
        // A projection that starts over may meet an event it has already.
        insertEvent = try DirectStatement(
            db,
            """
            INSERT INTO events (
                message, position, tenant, id, kind, at, recipient, attempt, reason, code, enhanced, reply, host,
                address, tls, elapsed, next_attempt)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            ON CONFLICT DO NOTHING
            """)
        addTotal = try DirectStatement(
            db,
            """
            INSERT INTO totals (tenant, status, messages) VALUES (?1, ?2, ?3)
            ON CONFLICT (tenant, status) DO UPDATE SET messages = messages + excluded.messages
            """)
        setPosition = try DirectStatement(
            db,
            """
            INSERT INTO projections (name, position) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position
            """)
    }

    func message(_ id: UUIDv7, of tenant: UUIDv7) throws -> ProjectedMessage? {
        selectMessage.bind(1, id: tenant)
        selectMessage.bind(2, id: id)
        return try selectMessage.first { row in
            ProjectedMessage(
                tenant: tenant, id: id,
                tally: MessageTally(
                    waiting: Int(row.integer(1)), delivered: Int(row.integer(2)), bounced: Int(row.integer(3)),
                    failed: Int(row.integer(4)), cancelled: Int(row.integer(5)),
                    isScheduled: row.integer(0) == MessageStatus.scheduled.code),
                status: MessageStatus(code: row.integer(0)) ?? .queued,
                deliveredAt: row.optionalInteger(6).map(WallTime.init(milliseconds:)),
                bouncedAt: row.optionalInteger(7).map(WallTime.init(milliseconds:)))
        }
    }

    func delivery(of message: UUIDv7, _ number: UInt32) throws -> ProjectedMessage.Delivery? {
        selectDelivery.bind(1, id: message)
        selectDelivery.bind(2, Int64(number))
        return try selectDelivery.first { row in
            ProjectedMessage.Delivery(
                state: DeliveryState(rawValue: row.integer(0)) ?? .queued, attempts: Int(row.integer(1)),
                isChanged: false)
        }
    }

    func insert(_ message: ProjectedMessage, _ event: Event, _ facts: QueuedMessage) throws {
        let statement = insertMessage
        statement.bind(1, id: message.tenant)
        statement.bind(2, id: message.id)
        bind(message, to: statement)
        statement.bind(9, event.at.milliseconds)
        statement.bind(10, facts.notBefore?.milliseconds)
        statement.bind(11, message.deliveredAt?.milliseconds)
        statement.bind(12, message.bouncedAt?.milliseconds)
        statement.bind(13, id: event.id)
        statement.bind(14, Int64(bitPattern: event.offset))
        statement.bind(15, facts.messageID)
        statement.bind(16, ShownAddresses.sender(of: facts))
        statement.bind(17, StringList.encode(ShownAddresses.recipients(of: facts)))
        statement.bind(18, facts.subject)
        statement.bind(19, StringList.encode(facts.tags))
        statement.bind(20, StringList.encode(pairs: facts.metadata))
        statement.bind(21, facts.size)
        statement.bind(22, Int(facts.stream.rawValue))
        statement.bind(23, facts.isTest ? 1 : 0)
        try statement.run()
        for (number, recipient) in facts.envelope.recipients.enumerated() {
            let delivery = message.newDeliveries[number]
            let statement = insertDelivery
            statement.bind(1, id: message.id)
            statement.bind(2, number)
            statement.bind(3, id: message.tenant)
            statement.bind(4, recipient.mailbox.description)
            statement.bind(5, recipient.mailbox.domain.text)
            statement.bind(6, delivery.state.rawValue)
            statement.bind(7, delivery.attempts)
            statement.bind(8, delivery.nextAttempt?.milliseconds)
            statement.bind(9, delivery.lastReply)
            try statement.run()
        }
    }

    func update(_ message: ProjectedMessage) throws {
        let changed = message.touched.filter(\.value.isChanged)
        guard !changed.isEmpty else { return }
        updateMessage.bind(1, id: message.tenant)
        updateMessage.bind(2, id: message.id)
        bind(message, to: updateMessage)
        updateMessage.bind(9, message.deliveredAt?.milliseconds)
        updateMessage.bind(10, message.bouncedAt?.milliseconds)
        try updateMessage.run()
        for (number, delivery) in changed {
            updateDelivery.bind(1, id: message.id)
            updateDelivery.bind(2, Int64(number))
            updateDelivery.bind(3, delivery.state.rawValue)
            updateDelivery.bind(4, delivery.attempts)
            updateDelivery.bind(5, delivery.nextAttempt?.milliseconds)
            updateDelivery.bind(6, delivery.lastReply)
            try updateDelivery.run()
        }
    }

    func insert(_ event: Event, _ attempt: Attempt) throws {
        let outcome = attempt.outcome
        let kind: EventKind
        let reason: Int64?
        switch outcome.verdict {
        case .delivered: (kind, reason) = (.delivered, nil)
        case .deferred(let why): (kind, reason) = (.deferred, Int64(why.rawValue))
        case .bounced(let why): (kind, reason) = (.bounced, Int64(why.rawValue))
        }
        bind(event, kind, recipient: attempt.mailbox.description)
        let statement = insertEvent
        statement.bind(8, attempt.number)
        statement.bind(9, reason)
        statement.bind(10, outcome.reply.map { Int64($0.code) })
        statement.bind(11, outcome.reply?.enhanced?.description)
        statement.bind(12, outcome.reply?.text)
        statement.bind(13, outcome.host?.name)
        statement.bind(14, outcome.host?.address)
        statement.bind(15, outcome.tls?.version)
        statement.bind(16, outcome.elapsed.wholeMilliseconds)
        statement.bind(17, attempt.nextAttempt?.milliseconds)
        try statement.run()
    }

    func insert(_ event: Event, cancelled recipients: [UInt32]) throws {
        // The envelope's numbers; the addresses are looked up when somebody reads it.
        bind(event, .cancelled, recipient: StringList.encode(recipients.map(String.init)))
        for column in Int32(8)...17 { insertEvent.bind(column, nil as Int64?) }
        try insertEvent.run()
    }

    func insert(_ event: Event, givenUp recipients: [UInt32], by: String, reason: String) throws {
        bind(event, .bouncedByOperator, recipient: StringList.encode(recipients.map(String.init)))
        for column in Int32(8)...17 { insertEvent.bind(column, nil as Int64?) }
        insertEvent.bind(12, reason)
        insertEvent.bind(13, by)
        try insertEvent.run()
    }

    func addTotal(tenant: UUIDv7, status: MessageStatus, _ change: Int64) throws {
        addTotal.bind(1, id: tenant)
        addTotal.bind(2, status.code)
        addTotal.bind(3, change)
        try addTotal.run()
    }

    func setPosition(_ position: UInt64) throws {
        setPosition.bind(1, Self.name)
        setPosition.bind(2, Int64(bitPattern: position))
        try setPosition.run()
    }

    /// Columns 3...8 of both message statements.
    private func bind(_ message: ProjectedMessage, to statement: DirectStatement) {
        statement.bind(3, message.tally.status.code)
        statement.bind(4, message.tally.waiting)
        statement.bind(5, message.tally.delivered)
        statement.bind(6, message.tally.bounced)
        statement.bind(7, message.tally.failed)
        statement.bind(8, message.tally.cancelled)
    }

    private func bind(_ event: Event, _ kind: EventKind, recipient: String) {
        insertEvent.bind(1, id: event.message)
        insertEvent.bind(2, Int64(bitPattern: event.offset))
        insertEvent.bind(3, id: event.tenant)
        insertEvent.bind(4, id: event.id)
        insertEvent.bind(5, kind.rawValue)
        insertEvent.bind(6, event.at.milliseconds)
        insertEvent.bind(7, recipient)
    }
}

extension DirectStatement {
    fileprivate func bind(_ index: Int32, id: UUIDv7) { bind(index, high: id.high, low: id.low) }
}
