import Mail
import Storage
import Synchronization

/// The tables of the log, in memory: which messages there are and whose.
final class FakeMail: MessageStore, ProjectionProgress, Signer, Inbox {
    private let views = Mutex<[MessageView]>([])
    private let lost = Mutex(false)

    func add(_ view: MessageView) { views.withLock { $0.append(view) } }
    /// From now on the store does not answer.
    func fail() { lost.withLock { $0 = true } }

    func message(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> MessageView? {
        if lost.withLock({ $0 }) { throw .unavailable("lost") }
        return views.withLock { $0.first { $0.id == id && $0.tenant == tenant } }
    }
    func messages(of tenant: UUIDv7, matching filter: MessageFilter) async throws(StorageFailure) -> MessagePage {
        MessagePage(messages: [], total: 0)
    }
    func events(of message: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [EventView] { [] }
    func queueSummary() async throws(StorageFailure) -> [QueueSummaryRow] { [] }
    func catchUp() async {}
    func signatures(for content: Content, author: Domain, at time: WallTime) async throws(SigningFailure) -> [UInt8] {
        []
    }
    func deposit(_ message: InboxMessage) async throws(Refusal) {}
    func list(limit: Int, offset: Int) async -> (messages: [InboxSummary], total: Int) { ([], 0) }
    func message(_ id: UUIDv7) async -> InboxMessage? { nil }
    func removeAll() async {}
}
