import Loop
import Mail
import Synchronization

@testable import DNSAuth

/// A carrier that answers from a closure, and a clock that only moves when told to.
final class ScriptedExchange: DNSExchange {
    struct Asked: Hashable { var name: String, type: RecordType, server: SocketAddress, stream: Bool, edns: Bool }
    typealias Script = @Sendable (DNSQuery, Asked, Int) throws(StreamFailure) -> [UInt8]

    let asked = Mutex<[Asked]>([])
    private let script: Script
    private let clock: ManualTime

    init(_ clock: ManualTime, _ script: @escaping Script) {
        self.clock = clock
        self.script = script
    }

    var log: [Asked] { asked.withLock { $0 } }

    func datagram(
        _ query: DNSQuery, to server: SocketAddress, until deadline: MonotonicInstant
    ) async throws(StreamFailure) -> [UInt8] {
        try answer(query, server, stream: false, deadline)
    }

    func stream(
        _ query: DNSQuery, to server: SocketAddress, until deadline: MonotonicInstant
    ) async throws(StreamFailure) -> [UInt8] {
        try answer(query, server, stream: true, deadline)
    }

    private func answer(
        _ query: DNSQuery, _ server: SocketAddress, stream: Bool, _ deadline: MonotonicInstant
    ) throws(StreamFailure) -> [UInt8] {
        // ARCOUNT 1 is the OPT record.
        let asked = Asked(
            name: query.question.name.text, type: query.question.type, server: server, stream: stream,
            edns: query.wire[11] == 1)
        let number = self.asked.withLock { log in
            log.append(asked)
            return log.count
        }
        do throws(StreamFailure) {
            return try script(query, asked, number)
        } catch {
            // A timeout costs its time, in virtual seconds.
            if error == .timedOut { clock.set(deadline) }
            throw error
        }
    }
}

final class ManualTime: TimeSource {
    private let instant = Mutex(MonotonicInstant(nanoseconds: 1_000_000_000))

    var now: MonotonicInstant { instant.withLock { $0 } }
    var wall: WallTime { WallTime(milliseconds: now.nanoseconds / 1_000_000) }
    func set(_ new: MonotonicInstant) { instant.withLock { $0 = max($0, new) } }
    func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) { set(deadline) }
}
