import Glibc
import Synchronization

/// A bound, listening TCP socket. Binding and accepting are apart, so that a process started as root can bind its
/// ports, drop its privileges and only then take connections.
package final class Listener: Sendable {
    /// With the port that the kernel chose when 0 was asked for.
    package let address: SocketAddress
    private let state: Mutex<State>

    private enum State {
        case bound(Int32)
        case accepting(Int32, Acceptor)
        case stopped
    }

    private init(_ descriptor: Int32, address: SocketAddress) {
        self.address = address
        state = Mutex(.bound(descriptor))
    }

    deinit { stop() }

    package static func bind(_ address: SocketAddress, backlog: Int32 = 4096) throws(LoopFailure) -> Listener {
        let descriptor: Int32
        do { descriptor = try SystemSocket.make(.stream, for: address) } catch { throw .noSocket(errno: errno) }
        SystemSocket.set(SO_REUSEADDR, on: descriptor)
        // What is accepted inherits it (tcp(7) is silent, Linux has always done so), which saves a call per connection.
        SystemSocket.setNoDelay(on: descriptor)
        // `[::]` and `0.0.0.0` are two listeners, whatever the machine's default.
        if address.family == AF_INET6 { SystemSocket.set(IPV6_V6ONLY, level: Int32(IPPROTO_IPV6), on: descriptor) }
        let result = unsafe address.withSockaddr { unsafe Glibc.bind(descriptor, $0, $1) }
        guard result == 0, listen(descriptor, backlog) == 0, let real = SystemSocket.local(of: descriptor) else {
            let code = errno
            _ = Glibc.close(descriptor)
            throw .cannotBind(address, errno: code)
        }
        return Listener(descriptor, address: real)
    }

    /// Accepts on `loop` until `stop`. `accept` is called on the loop's thread, once per connection, and must not
    /// block.
    /// - Traps: when called twice.
    package func start(on loop: EventLoop, accept: @escaping @Sendable (AcceptedSocket) -> Void) {
        let acceptor: Acceptor? = state.withLock { state in
            switch state {
            case .bound(let descriptor):
                let acceptor = Acceptor(descriptor, on: loop, accept: accept)
                state = .accepting(descriptor, acceptor)
                return acceptor
            case .accepting: preconditionFailure("a listener accepts on one loop")
            case .stopped: return nil
            }
        }
        if let acceptor { loop.submit { acceptor.start() } }
    }

    /// Closes the socket: from now on connections are refused. Those already accepted live on.
    package func stop() {
        let before = state.withLock { state in
            defer { state = .stopped }
            return state
        }
        switch before {
        case .bound(let descriptor): _ = Glibc.close(descriptor)
        case .accepting(let descriptor, let acceptor):
            // The kernel stops listening at once, while the descriptor itself has to wait for its loop.
            shutdown(descriptor, Int32(SHUT_RDWR))
            acceptor.loop.submit { acceptor.stop() }
        case .stopped: break
        }
    }
}
