package import Mail
import Synchronization

/// Mail that is kept for people to look at, durably, in a journal and a folder of its own: a deposit is an `accept`,
/// and what has to make room for newer mail is cancelled, so that its segments go as those of delivered mail do.
///
/// In memory a message costs 40 bytes; what a list shows is read from disk, one page at a time.
package final class InboxLog: Inbox, Sendable {
    private let journal: Journal
    private let limit: Int
    private let kept: Mutex<Kept>

    private struct Entry {
        var number: UInt64
        var id: UUIDv7
        var places: UInt32
    }

    private struct Kept {
        /// Oldest first.
        var entries: [Entry] = []
        var numbers: [UUIDv7: UInt64] = [:]
    }

    /// - Parameter limit: how many messages are kept; older ones make room.
    package static func open(
        _ options: JournalOptions, limit: Int = 10_000, time: any TimeSource
    ) throws(JournalFailure) -> (inbox: InboxLog, report: RecoveryReport) {
        var options = options
        // Nobody follows it.
        options.tailEvents = 0
        let (journal, recovered, report) = try Journal.open(options, time: time)
        let entries = recovered.map { Entry(number: $0.number, id: $0.id, places: UInt32($0.pending.count)) }
        return (InboxLog(journal, entries, limit: limit), report)
    }

    private init(_ journal: Journal, _ entries: [Entry], limit: Int) {
        self.journal = journal
        self.limit = max(1, limit)
        let numbers = Dictionary(entries.map { ($0.id, $0.number) }, uniquingKeysWith: { _, newer in newer })
        kept = Mutex(Kept(entries: entries, numbers: numbers))
        makeRoom()
    }

    package func deposit(_ message: InboxMessage) async throws(Refusal) {
        let accepted = Self.accepted(message)
        let number: UInt64
        do throws(JournalFailure) {
            number = try await journal.accept(accepted)
        } catch {
            switch error {
            case .tooLarge(let limit): throw .tooLarge(limit: limit)
            case .closed: throw .shuttingDown
            case .writeFailed, .diskFull, .locked, .unusable, .unsupportedVersion, .notFound, .damaged, .unreadable:
                throw .storageUnavailable
            }
        }
        let places = UInt32(max(1, message.recipients.count))
        kept.withLock { kept in
            // Two deposits may come back in another order than their records have.
            var place = kept.entries.count
            while place > 0, kept.entries[place - 1].number > number { place -= 1 }
            kept.entries.insert(Entry(number: number, id: message.id, places: places), at: place)
            kept.numbers[message.id] = number
        }
        makeRoom()
    }

    package func list(limit: Int, offset: Int) async -> (messages: [InboxSummary], total: Int) {
        let (page, total) = kept.withLock { kept in
            let newestFirst = kept.entries.reversed().dropFirst(max(0, offset)).prefix(max(0, limit))
            return (newestFirst.map { $0.number }, kept.entries.count)
        }
        return (await summaries(page), total)
    }

    package func message(_ id: UUIDv7) async -> InboxMessage? {
        guard let number = kept.withLock({ $0.numbers[id] }) else { return nil }
        return await read(number)
    }

    package func removeAll() async {
        let gone = kept.withLock { kept in
            defer { kept = Kept() }
            return kept.entries
        }
        cancel(gone[...])
    }

    package func close() { journal.close() }

    // MARK: Disk, off the caller's executor

    @concurrent
    private func summaries(_ numbers: [UInt64]) async -> [InboxSummary] {
        numbers.compactMap { number -> InboxSummary? in
            // One that made room in the meantime, or cannot be read, is left out.
            guard let message = try? journal.loadFacts(number) else { return nil }
            let facts = message.facts
            return InboxSummary(
                id: message.id, receivedAt: message.at, sender: facts.envelope.sender,
                recipients: facts.envelope.recipients.map(\.mailbox), headerFrom: facts.headerFrom,
                subject: facts.subject, messageID: facts.messageID, size: facts.size)
        }
    }

    @concurrent
    private func read(_ number: UInt64) async -> InboxMessage? {
        guard let message = try? journal.load(number) else { return nil }
        return InboxMessage(
            id: message.id, receivedAt: message.at, sender: message.facts.envelope.sender,
            recipients: message.facts.envelope.recipients.map(\.mailbox), content: message.content.original)
    }

    // MARK: Room

    private func makeRoom() {
        let gone = kept.withLock { kept -> [Entry] in
            // A tenth at a time, so that the array is not moved for every message.
            guard kept.entries.count > limit + limit / 10 else { return [] }
            let surplus = kept.entries.count - limit
            let gone = Array(kept.entries.prefix(surplus))
            kept.entries.removeFirst(surplus)
            for entry in gone where kept.numbers[entry.id] == entry.number { kept.numbers[entry.id] = nil }
            return gone
        }
        cancel(gone[...])
    }

    private func cancel(_ entries: ArraySlice<Entry>) {
        journal.note(
            entries.map { entry in
                .cancelled(
                    message: entry.id, number: entry.number, tenant: Self.nobody, at: entry.id.time,
                    recipients: Array(0..<entry.places))
            })
    }

    private static let nobody = UUIDv7(high: 0, low: 0)

    private static func accepted(_ message: InboxMessage) -> AcceptedMessage {
        let header = HeaderSummary.scan(message.content)
        let facts = QueuedMessage(
            envelope: Envelope(sender: message.sender, recipients: message.recipients.map { Recipient($0) }),
            stream: .transactional, origin: .notification, failureNotice: .eventOnly, isTest: true,
            size: message.content.count, messageID: header.messageID ?? "", headerFrom: header.from ?? "",
            headerTo: header.to ?? "", subject: header.subject ?? "", notBefore: nil, campaign: nil, tags: [],
            metadata: [])
        return AcceptedMessage(
            id: message.id, tenant: nobody, at: message.receivedAt, facts: facts,
            content: Content(original: message.content))
    }
}
