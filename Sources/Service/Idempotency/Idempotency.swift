package import Mail
package import Storage
import Synchronization

/// Makes a repeated request with the same `Idempotency-Key` get the first one's answer instead of sending again.
///
/// The key is written down before the request runs and its answer after. If the process dies between the two, the
/// repetition runs, but under the same message identifier, and `MessageService` finds the message that the first run
/// left in the journal: so not even a crash sends twice.
package final class Idempotency: Sendable {
    /// How long an answer is kept.
    package static let lifetime = Duration.seconds(86_400)

    private let store: SQLIdempotencyStore
    private let time: any TimeSource
    private let state = Mutex(State())

    fileprivate struct Slot: Hashable {
        var tenant: UUIDv7
        var route: String
        var key: String
    }

    private struct State {
        var running: Set<Slot> = []
        var lastSweep: WallTime?
    }

    package enum Start: Sendable {
        /// Do it, then `finish`.
        case run(Ticket)
        /// The answer of the first time, to be given byte for byte.
        case replay(status: Int, body: [UInt8])
    }

    /// The right to run a request under a key. Must end in `finish`, whatever becomes of the request.
    package struct Ticket: Sendable {
        fileprivate var slot: Slot
        fileprivate var bodyDigest: [UInt8]
        fileprivate var createdAt: WallTime
        /// The identifier the message must have.
        package var identity: SendIdentity
    }

    package init(store: SQLIdempotencyStore, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    /// - Parameter body: the bytes of the request's body; another body under the same key is an error.
    /// - Throws: `requestInFlight`, `idempotencyKeyReused`, `invalidParameter` for a key of 0 or more than 256
    ///   characters.
    package func begin(
        key: String, route: String, body: [UInt8], by caller: Caller
    ) async throws(ServiceFailure) -> Start {
        guard (1...256).contains(key.count), key.utf8.count <= 1_024 else {
            throw ServiceFailure(details: [
                .init(.invalidParameter, field: "Idempotency-Key", value: key, message: "It has 1 to 256 characters.")
            ])
        }
        let slot = Slot(tenant: caller.tenant, route: route, key: key)
        guard state.withLock({ $0.running.insert(slot).inserted }) else {
            throw ServiceFailure(
                .requestInFlight, "A request with this Idempotency-Key is still running.", retryAfter: .seconds(1))
        }
        do {
            let start = try await start(slot, bodyDigest: SHA256.digest(of: body))
            if case .replay = start { release(slot) }
            return start
        } catch {
            release(slot)
            throw error
        }
    }

    /// Keeps the answer, unless it says that nothing was decided (5xx, 429). When it cannot be kept, the answer
    /// stands all the same: a repetition will find the message by its identifier. So a repetition that decided nothing
    /// leaves the key as it is: under a new identifier nobody would find what an earlier run has sent.
    /// - Parameter isFinal: `false`: a part of the request was done and another may go well later. The answer is not
    ///   kept; a repetition runs under the same identifiers, so that what was done is not done again.
    package func finish(_ ticket: Ticket, status: Int, body: [UInt8], isFinal: Bool = true) async {
        let slot = ticket.slot
        guard isFinal else {
            release(slot)
            return
        }
        do throws(StorageFailure) {
            if status >= 500 || status == 429 {
                if !ticket.identity.mayExist {
                    try await store.remove(slot.key, route: slot.route, tenant: slot.tenant)
                }
            } else {
                try await store.put(
                    .init(bodyDigest: ticket.bodyDigest, answer: (status, body), createdAt: ticket.createdAt),
                    key: slot.key, route: slot.route, tenant: slot.tenant)
            }
        } catch {
            ServiceFailure.report(error, doing: "idempotency answer")
        }
        release(slot)
    }

    private func start(_ slot: Slot, bodyDigest: [UInt8]) async throws(ServiceFailure) -> Start {
        let now = time.wall
        let found: SQLIdempotencyStore.Entry?
        do throws(StorageFailure) {
            try await sweepWhenDue()
            found = try await store.entry(slot.key, route: slot.route, tenant: slot.tenant)
        } catch { throw ServiceFailure(storage: error, doing: "idempotency lookup") }
        if let found, now - found.createdAt < Self.lifetime {
            guard constantTimeEqual(found.bodyDigest, bodyDigest) else {
                throw ServiceFailure(
                    .idempotencyKeyReused, "This Idempotency-Key was used with another request body.")
            }
            if let answer = found.answer { return .replay(status: answer.status, body: answer.body) }
            return .run(ticket(slot, bodyDigest, found.createdAt, mayExist: true))
        }
        do throws(StorageFailure) {
            try await store.put(
                .init(bodyDigest: bodyDigest, answer: nil, createdAt: now), key: slot.key, route: slot.route,
                tenant: slot.tenant)
        } catch { throw ServiceFailure(storage: error, doing: "idempotency key") }
        return .run(ticket(slot, bodyDigest, now, mayExist: false))
    }

    /// The identifier follows from what is written down, so that a repetition comes to the same one.
    private func ticket(_ slot: Slot, _ bodyDigest: [UInt8], _ createdAt: WallTime, mayExist: Bool) -> Ticket {
        var name = Array("\(slot.tenant)\n\(slot.route)\n\(createdAt.milliseconds)\n\(slot.key)".utf8)
        name += bodyDigest
        let digest = SHA256.digest(of: name)
        let words = stride(from: 0, to: 16, by: 8).map { start in
            digest[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let id = UUIDv7(at: createdAt, random: (words[0], words[1]))
        return Ticket(
            slot: slot, bodyDigest: bodyDigest, createdAt: createdAt,
            identity: SendIdentity(id: id, mayExist: mayExist))
    }

    private func sweepWhenDue() async throws(StorageFailure) {
        let now = time.wall
        let isDue = state.withLock { state in
            if let last = state.lastSweep, now - last < .seconds(3_600) { return false }
            state.lastSweep = now
            return true
        }
        if isDue { try await store.remove(before: now - Self.lifetime) }
    }

    private func release(_ slot: Slot) { state.withLock { _ = $0.running.remove(slot) } }
}
