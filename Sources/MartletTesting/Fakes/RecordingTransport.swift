package import Mail
import Synchronization

/// A transport that carries nothing, remembers every batch and answers as it is told.
package final class RecordingTransport: Transport {
    package struct Carried: Sendable {
        package var batch: DeliveryBatch
        package var lane: Lane
    }

    private struct State {
        var carried: [Carried] = []
        var underWay = 0
        var mostUnderWay = 0
        var isShutDown = false
    }

    private let state = Mutex(State())
    private let answer: @Sendable (DeliveryBatch, Lane) async -> [Outcome]

    /// - Parameter answer: one outcome per recipient; it may sleep on a time source.
    package init(answer: @escaping @Sendable (DeliveryBatch, Lane) async -> [Outcome]) { self.answer = answer }

    /// Delivers everything.
    package convenience init() {
        self.init { batch, _ in batch.envelope.recipients.map { _ in Outcome(.delivered) } }
    }

    package var carried: [Carried] { state.withLock { $0.carried } }
    /// The most batches that were under way at once.
    package var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    package func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        let isShutDown = state.withLock { state in
            state.carried.append(Carried(batch: batch, lane: lane))
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return state.isShutDown
        }
        defer { state.withLock { $0.underWay -= 1 } }
        if isShutDown { return batch.envelope.recipients.map { _ in Outcome(.deferred(.shuttingDown)) } }
        return await answer(batch, lane)
    }

    package func shutDown() async { state.withLock { $0.isShutDown = true } }
}
