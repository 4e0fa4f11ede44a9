import Mail
import Storage
import Synchronization

/// Stands in for the queue, the projection and the signer: what is accepted can be read at once.
final class FakeQueue: Intake, MessageStore, Signer, ProjectionProgress {
    private let state = Mutex(State())
    private let time: SettableTime

    private struct State {
        var submissions: [Submission] = []
        var refusal: Refusal?
        var refusedRecipients: [String: Refusal] = [:]
        var groups: [Int] = []
        var catchUps = 0
    }

    init(time: SettableTime) { self.time = time }

    var submissions: [Submission] { state.withLock { $0.submissions } }
    var catchUps: Int { state.withLock { $0.catchUps } }
    func refuse(with refusal: Refusal?) { state.withLock { $0.refusal = refusal } }

    /// Sizes of the batches that have come.
    var groups: [Int] { state.withLock { $0.groups } }
    /// Messages to this address only.
    func refuse(_ recipient: String, with refusal: Refusal?) {
        state.withLock { $0.refusedRecipients[recipient] = refusal }
    }

    func accept(batch: [Submission]) async -> [Result<Receipt, Refusal>] {
        state.withLock { $0.groups.append(batch.count) }
        var results: [Result<Receipt, Refusal>] = []
        for submission in batch {
            do throws(Refusal) { results.append(.success(try await accept(submission))) } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        try state.withLock { state throws(Refusal) in
            if let refusal = state.refusal { throw refusal }
            let first = submission.envelope.recipients.first?.mailbox.description ?? ""
            if let refusal = state.refusedRecipients[first] { throw refusal }
            state.submissions.append(submission)
        }
        return Receipt(
            id: submission.id ?? UUIDv7(at: time.wall), messageID: "<stamped@example.com>", offset: 0,
            acceptedAt: time.wall)
    }

    func catchUp() async { state.withLock { $0.catchUps += 1 } }

    func signatures(for content: Content, author: Domain, at time: WallTime) async throws(SigningFailure) -> [UInt8] {
        Array("DKIM-Signature: d=\(author)\r\n".utf8)
    }

    func message(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> MessageView? {
        state.withLock { $0.submissions.first { $0.id == id && $0.tenant == tenant } }.map(view)
    }

    func messages(of tenant: UUIDv7, matching filter: MessageFilter) async throws(StorageFailure) -> MessagePage {
        let mine = state.withLock { $0.submissions.filter { $0.tenant == tenant } }
        return MessagePage(messages: mine.map(view), total: mine.count)
    }

    func events(of message: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [EventView] {
        [EventView(id: message, offset: 0, type: "queued", at: time.wall, detail: "{}")]
    }

    func queueSummary() async throws(StorageFailure) -> [QueueSummaryRow] { [] }

    private func view(_ submission: Submission) -> MessageView {
        MessageView(
            id: submission.id ?? UUIDv7(high: 0, low: 0), tenant: submission.tenant, messageID: "<stamped@example.com>",
            from: submission.envelope.sender?.description ?? "",
            to: submission.envelope.recipients.map(\.mailbox.description), subject: "Hello", status: .queued,
            tags: submission.tags, metadata: submission.metadata, size: submission.content.count,
            isTest: submission.isTest, createdAt: time.wall, scheduledAt: submission.notBefore, sentAt: nil,
            deliveredAt: nil, bouncedAt: nil, deliveries: [])
    }
}

/// A clock that stands until it is set. Nobody waits by it here.
final class SettableTime: TimeSource {
    private let milliseconds = Mutex(Int64(1_768_478_400_000))

    var wall: WallTime { WallTime(milliseconds: milliseconds.withLock { $0 }) }
    var now: MonotonicInstant { MonotonicInstant(nanoseconds: (wall.milliseconds - 1_768_478_400_000) * 1_000_000) }
    func advance(_ duration: Duration) { milliseconds.withLock { $0 += duration.wholeMilliseconds } }
    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) { throw CancellationError() }
}
