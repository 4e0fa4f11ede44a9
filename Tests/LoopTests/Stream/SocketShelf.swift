import Loop
import Mail
import Synchronization

/// Keeps accepted sockets that nobody reads.
final class SocketShelf: Sendable {
    private let sockets = Mutex<[AcceptedSocket]>([])
    func put(_ socket: AcceptedSocket) { sockets.withLock { $0.append(socket) } }
    func clear() { sockets.withLock { $0.removeAll() } }
    var count: Int { sockets.withLock { $0.count } }
}

/// Keeps a connection for as long as it lives itself.
actor Owner {
    private let loop: EventLoop
    private var stream: SocketStream?
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    func connect(to address: SocketAddress) async throws {
        stream = try await SocketStream.connect(
            to: address, from: .v4(0x7F00_0001), on: loop, deadline: .distantFuture)
    }
}
