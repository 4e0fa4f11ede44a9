import CEvent
import Glibc
import Mail

/// A listening socket on its loop.
///
/// `@unchecked Sendable`: made anywhere, then touched only on the loop's thread.
final class Acceptor: WatchTarget, @unchecked Sendable {
    private var watch: Watch?
    private var pause: Watch?
    private var descriptor: Int32
    private let accept: @Sendable (AcceptedSocket) -> Void
    let loop: EventLoop

    /// Connections taken at one go, so that a flood of them cannot starve those that are under way.
    private static let acceptsPerTurn = 64
    /// Out of descriptors or memory, the pending connection stays readable: trying again at once would spin.
    private static let pauseWhenExhausted: Duration = .milliseconds(100)

    init(_ descriptor: Int32, on loop: EventLoop, accept: @escaping @Sendable (AcceptedSocket) -> Void) {
        self.descriptor = descriptor
        self.loop = loop
        self.accept = accept
    }

    func start() {
        guard descriptor >= 0 else { return }
        watch = Watch(descriptor: descriptor, interest: .readable, target: self, on: loop)
        _ = watch?.arm()
    }

    func stop() {
        watch = nil
        pause = nil
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    override func becameReady(_ readiness: Readiness) {
        if readiness.contains(.timeout) {
            _ = watch?.arm()
            return
        }
        for _ in 0..<Self.acceptsPerTurn {
            var connection: Int32 = -1
            let peer = unsafe SocketAddress.read { address, length in
                connection = unsafe martlet_accept(descriptor, address, length)
                return connection
            }
            if connection < 0 {
                switch errno {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return rest()
                // The peer has gone again; the next one may be there (accept(2), "Error handling").
                case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH: continue
                default: return
                }
            }
            accept(AcceptedSocket(connection, peer: peer ?? .any))
        }
    }

    private func rest() {
        watch?.disarm()
        if pause == nil { pause = Watch(timerFor: self, on: loop) }
        pause?.arm(after: Self.pauseWhenExhausted)
    }
}
