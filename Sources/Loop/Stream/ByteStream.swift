package import Mail

/// One stream of bytes in both directions, with a buffer for each.
///
/// A conversation reads out of `inbound` and writes into `outbound` without awaiting anything; it calls `fill` when it
/// needs bytes that are not there yet, and `flush` when its turn to speak is over. Both try first and suspend only
/// when the peer makes them wait.
///
/// Not Sendable: the one actor that owns the stream uses it, on the stream's loop. At most one task fills while at
/// most one other flushes.
package class ByteStream {
    /// What has arrived and is not consumed yet.
    package final var inbound = Bytes()
    /// What the next `flush` sends.
    package final var outbound = Bytes()
    /// Holds for the `fill`, `flush` or handshake under way and for all that follow: where one would wait beyond it, it
    /// throws `.timedOut`. Setting it costs nothing; read when a wait begins.
    package final var deadline: MonotonicInstant = .distantFuture
    /// Set once a handshake has succeeded.
    package final internal(set) var tls: TLSFacts?
    /// The name that the client of this stream asked for with SNI (RFC 6066 §3), lower-case; known on the server's
    /// side.
    package final internal(set) var requestedServerName: String?
    /// Known on the client's side: the name in the peer's certificate that matched, lower-case and maybe with a
    /// wildcard. `nil` where none was asked for or looked at, as with DANE-EE (RFC 7672 §3.1.1).
    package final internal(set) var verifiedName: String?
    /// What is wrong with the peer's certificate, after a handshake that went on nevertheless.
    package final internal(set) var certificateFailure: TLSFailure?
    package final let peer: SocketAddress
    /// Our own end; `.any` once the stream is closed. Costs a system call where there is a socket.
    package var local: SocketAddress { preconditionFailure("abstract") }

    init(peer: SocketAddress) { self.peer = peer }

    /// What a look at a stream has brought.
    package enum Arrival {
        case bytes
        /// The peer has ended its side.
        case ended
        /// Nothing at present, or the turn of others: `fill` waits.
        case nothing
    }

    /// Adds to `inbound` what has arrived by now. Never waits, so that a busy conversation runs straight through; who
    /// gets `.nothing` calls `fill`.
    package func fillNow() throws(StreamFailure) -> Arrival { .nothing }

    /// Writes what can be written of `outbound` without waiting. True when that is all of it; else `flush` sees to the
    /// rest.
    package func flushNow() throws(StreamFailure) -> Bool { outbound.isEmpty }

    /// Waits until `inbound` has grown by at least one byte. False: the peer has ended its side.
    ///
    /// One call adds at most 64 KiB, so that the caller bounds what it buffers.
    package func fill() async throws(StreamFailure) -> Bool { preconditionFailure("abstract") }

    /// Writes all of `outbound`. After a failure its state is unknown: close.
    package func flush() async throws(StreamFailure) { preconditionFailure("abstract") }

    /// Writes `outbound` and then the pieces, without joining them.
    package func flush(_ pieces: [[UInt8]]) async throws(StreamFailure) { preconditionFailure("abstract") }

    /// The server's side of a TLS handshake. Fails with `.tls` when plaintext that followed the client's STARTTLS is
    /// still in `inbound` (RFC 3207 §5, "NO STARTTLS"): whoever wants another reply to that looks at
    /// `inbound.isEmpty` before.
    package func startTLSServer(_ context: TLSServerContext) async throws(StreamFailure) -> TLSFacts {
        preconditionFailure("abstract")
    }

    /// The client's side of a TLS handshake. A peer that does not pass the check is an error; with `.none` it is only
    /// a fact: `TLSFacts.verification`. TLSA records that OpenSSL cannot use leave the peer unproved
    /// (`.notRequested`), as RFC 7672 §2.2 has it.
    package func startTLSClient(
        _ context: TLSClientContext, check: TLSPeerCheck
    ) async throws(StreamFailure) -> TLSFacts {
        preconditionFailure("abstract")
    }

    /// The same with a name that the certificate must have when `verify` says so.
    package final func startTLSClient(
        _ context: TLSClientContext, host: String, verify: Bool
    ) async throws(StreamFailure) -> TLSFacts {
        try await startTLSClient(context, check: verify ? .name(host) : .none(host: host))
    }

    /// Tells the peer that nothing more will come; reading goes on.
    package func shutdownWrite() { preconditionFailure("abstract") }

    /// Ends the stream at once, `outbound` unsent. Whoever waits on it gets `.closed`. Does nothing the second time.
    package func close() { preconditionFailure("abstract") }

    /// Forgets what has arrived.
    package final func discardInbound() { inbound.removeAll() }
}
