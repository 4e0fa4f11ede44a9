import Glibc
import Synchronization

/// A connection that a listener accepted and nobody reads yet. Closed when it is dropped without being adopted by a
/// stream.
package struct AcceptedSocket: Sendable {
    package let peer: SocketAddress
    private let owner: Owner

    init(_ descriptor: Int32, peer: SocketAddress) {
        self.peer = peer
        owner = Owner(descriptor)
    }

    /// The descriptor, for the one stream that takes it over.
    /// - Traps: the second time.
    func adopt() -> Int32 {
        let descriptor = owner.descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        precondition(descriptor >= 0, "an accepted socket is adopted once")
        return descriptor
    }

    private final class Owner: Sendable {
        let descriptor: Atomic<Int32>
        init(_ descriptor: Int32) { self.descriptor = Atomic(descriptor) }
        deinit {
            let left = descriptor.load(ordering: .acquiring)
            if left >= 0 { _ = Glibc.close(left) }
        }
    }
}
