package import Loop
import Mail

/// Takes mail over SMTP, counts it and forgets it; or misbehaves as it is told to.
package final class SMTPSink: Sendable {
    private let behaviour: SinkBehaviour
    private let loops: LoopGroup
    private let listener: Listener
    private let tls: TLSServerContext?
    private let book = ArrivalBook()

    /// With the port that the kernel chose when 0 was asked for.
    package var address: SocketAddress { listener.address }

    /// Binds the port; connections are taken from `run` on.
    /// - Throws: when the port is taken, or there is no loop or no TLS.
    package init(_ behaviour: SinkBehaviour, on address: SocketAddress, loops: Int = 1) throws(RunFailure) {
        self.behaviour = behaviour
        do {
            self.loops = try LoopGroup(count: max(1, loops))
            listener = try Listener.bind(address)
        } catch .cannotBind(_, let code) {
            throw RunFailure("cannot listen on \(address): error \(code)")
        } catch {
            throw RunFailure("cannot listen on \(address): \(error)")
        }
        guard behaviour.offersTLS else {
            tls = nil
            return
        }
        do { tls = try TLSServerContext.selfSigned(names: ["sink.bench.example"]) } catch {
            throw RunFailure("no TLS: \(error.reason)")
        }
    }

    /// Takes mail until `stop`.
    /// - Parameters:
    ///   - emit: gets `ready`, a tick four times a second, and the end.
    ///   - stop: returns when the sink is to end.
    package func run(
        _ emit: @escaping @Sendable (LoadReport) -> Void, until stop: @Sendable () async -> Void
    ) async {
        let start = MonotonicClock.now
        loops.start()
        listener.start(on: loops.loops[0]) { [self] socket in take(socket) }
        emit(.ready(at: start))
        let ticker = Task { await LoadTicks.run(emit) { [book] in book.counts } }
        await stop()
        listener.stop()
        ticker.cancel()
        await ticker.value
        emit(book.end(start: start))
        // The loops are left running: their sessions wait for peers that may never speak again, and end with the
        // process.
    }

    private func take(_ socket: AcceptedSocket) {
        let (number, open) = book.opened()
        let loop = loops.next()
        let session = SinkSession(behaviour, number: number, book: book, tls: tls, loop: loop)
        Task.immediate(executorPreference: loop) { await session.serve(socket, open: open) }
    }
}
