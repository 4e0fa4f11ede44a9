import Loop
import Mail

/// Hosts whose STARTTLS failed a while ago. An opportunistic client speaks to them in the clear meanwhile, rather than
/// paying a failed handshake for every connection (RFC 7435 §3: some protection is better, none is better than no
/// mail).
struct BrokenTLS {
    private var until: [SocketAddress: MonotonicInstant] = [:]
    /// Bounds the memory; forgetting one early costs a handshake.
    private static let capacity = 4_096

    mutating func remember(_ address: SocketAddress, until deadline: MonotonicInstant, now: MonotonicInstant) {
        if until.count >= Self.capacity {
            until = until.filter { $0.value > now }
            if until.count >= Self.capacity { until.removeAll() }
        }
        until[address] = deadline
    }

    func contains(_ address: SocketAddress, at now: MonotonicInstant) -> Bool {
        until[address].map { $0 > now } ?? false
    }
}
