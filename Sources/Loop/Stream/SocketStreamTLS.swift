import Mail

/// A client's session to keep for the next connection to the same host.
struct SessionToKeep {
    let context: TLSClientContext
    let key: String
}

extension SocketStream {
    func shakeHandsAsServer(_ context: TLSServerContext) async throws(StreamFailure) -> TLSFacts {
        try await prepareForTLS()
        do {
            session = try TLSSession(context.context, .server, descriptor: descriptor.number)
        } catch {
            throw .tls(error)
        }
        try await shakeHands()
        let facts = session?.facts(.notRequested)
        requestedServerName = session?.requestedServerName()
        return try settle(facts)
    }

    func shakeHandsAsClient(
        _ context: TLSClientContext, _ check: TLSPeerCheck
    ) async throws(StreamFailure) -> TLSFacts {
        try await prepareForTLS()
        let key = check.sessionKey(port: peer.port)
        var isProof = false
        let last = context.session(for: key)
        do throws(TLSFailure) {
            session = try TLSSession(context.context, .client, descriptor: descriptor.number)
            isProof = try session?.expect(check) ?? false
            if let last { session?.resume(last) }
        } catch {
            throw .tls(error)
        }
        do {
            try await shakeHands()
        } catch {
            // It may be the old session that the peer does not like.
            context.forget(key)
            throw error
        }
        let failure = session?.verificationFailure() ?? nil
        if isProof, let failure { try refuse(failure) }
        let verification: PeerVerification
        switch check {
        case .dane where !isProof: verification = .notRequested
        case .dane:
            // A resumed session was proved by the same records, which are part of the key.
            if !isTLSResumed, session?.hasDANEAuthority() != true {
                try refuse(TLSFailure(reason: "no TLSA record vouches for the peer", fault: .noTLSAMatch))
            }
            verification = .dane
        case .none, .name:
            verification = context.trust == .nobody ? .notRequested : failure == nil ? .verified : .failed
        }
        certificateFailure = verification == .failed ? failure : nil
        verifiedName = isTLSResumed ? last?.verifiedName : session?.matchedName() ?? nil
        sessionToKeep = SessionToKeep(context: context, key: key)
        return try settle(session?.facts(verification))
    }

    private func refuse(_ failure: TLSFailure) throws(StreamFailure) {
        close()
        throw .tls(failure)
    }

    /// Whether the last handshake resumed an earlier session.
    package var isTLSResumed: Bool { session?.isResumed ?? false }

    private func prepareForTLS() async throws(StreamFailure) {
        guard descriptor.isOpen else { throw .closed }
        precondition(session == nil, "TLS is started once")
        // RFC 3207 §5: what came before the handshake cannot be trusted, and may be meant to be read after it.
        guard inbound.isEmpty else { throw .tls(TLSFailure(reason: "plaintext before the handshake")) }
        try await flush()
    }

    private func settle(_ facts: TLSFacts?) throws(StreamFailure) -> TLSFacts {
        guard let facts else { throw .closed }
        tls = facts
        return facts
    }

    private func shakeHands() async throws(StreamFailure) {
        while true {
            guard descriptor.isOpen else { throw .closed }
            switch session?.handshake() ?? .ended {
            case .done: return
            case .wantsRead: try await wait(for: .reading)
            case .wantsWrite: try await wait(for: .writing)
            case .ended: throw .closed
            case .failed(let failure): throw failure
            }
        }
    }

    // MARK: Reading and writing

    func fillSecurely() async throws(StreamFailure) -> Bool {
        while true {
            guard descriptor.isOpen else { throw .closed }
            switch readRecords() {
            case .done:
                if sessionToKeep != nil { rememberSession() }
                return true
            case .wantsRead: try await waitToRead()
            case .wantsWrite: try await wait(for: .writing)
            case .ended: return false
            case .failed(let failure): throw failure
            }
        }
    }

    /// All that can be decrypted now, up to the chunk: OpenSSL hands out one record at a time.
    private func readRecords() -> TLSProgress {
        var total = 0
        while true {
            var progress = TLSProgress.ended
            _ = unsafe inbound.withRoom(atLeast: Self.smallRead) { room in
                progress = unsafe session?.read(into: room, atMost: Self.largeRead - total) ?? .ended
                return if case .done(let count) = progress { count } else { 0 }
            }
            guard case .done(let count) = progress else { return total > 0 ? .done(total) : progress }
            total += count
            if total >= Self.largeRead || session?.hasMore() != true { return .done(total) }
        }
    }

    func flushSecurely() async throws(StreamFailure) {
        while !outbound.isEmpty {
            guard descriptor.isOpen else { throw .closed }
            var progress = TLSProgress.ended
            unsafe outbound.withUnsafeReadable { bytes in
                progress = unsafe session?.write(bytes) ?? .ended
            }
            switch progress {
            case .done(let count): outbound.consume(count)
            case .wantsRead: try await wait(for: .reading)
            case .wantsWrite: try await wait(for: .writing)
            case .ended: throw .reset
            case .failed(let failure): throw failure
            }
        }
        outbound.shrink(above: Self.smallRead)
    }

    /// Encryption copies every byte anyway, so here the pieces go through `outbound`, and short ones share a record.
    func flushSecurely(_ pieces: [[UInt8]]) async throws(StreamFailure) {
        for piece in pieces {
            var start = 0
            while start < piece.count {
                let end = min(piece.count, start + Self.largeRead)
                outbound.append(piece.span.extracting(start..<end))
                start = end
                if outbound.count >= Self.largeRead {
                    if !isOwnTurn() { try await giveWay() }
                    try await flushSecurely()
                }
            }
        }
        try await flushSecurely()
    }

    /// Keeps the session for the next connection to this host, once it can be resumed.
    func rememberSession() {
        guard let keep = sessionToKeep, let resumption = session?.resumption(verifiedName: verifiedName) ?? nil
        else { return }
        keep.context.keep(resumption, for: keep.key)
        sessionToKeep = nil
    }
}
