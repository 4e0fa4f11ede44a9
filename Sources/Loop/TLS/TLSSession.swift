import COpenSSL
import Glibc
import Mail

/// How far a TLS call came.
enum TLSProgress {
    /// Bytes read or written; 0 for a handshake.
    case done(Int)
    case wantsRead
    case wantsWrite
    /// The peer has ended its side.
    case ended
    case failed(StreamFailure)
}

/// Owns one SSL: the state of one connection. OpenSSL reads and writes the non-blocking socket itself.
@safe
struct TLSSession: ~Copyable {
    let raw: OpaquePointer

    /// - Parameter descriptor: stays the caller's, which closes it after this session is gone.
    init(_ context: TLSContext, _ side: TLSContext.Side, descriptor: Int32) throws(TLSFailure) {
        TLSErrors.clear()
        guard let ssl = unsafe SSL_new(context.raw) else { throw TLSErrors.take(orElse: "no TLS session") }
        guard unsafe SSL_set_fd(ssl, descriptor) == 1 else {
            unsafe SSL_free(ssl)
            throw TLSErrors.take(orElse: "no TLS session")
        }
        unsafe raw = unsafe ssl
        switch side {
        case .server: unsafe SSL_set_accept_state(raw)
        case .client: unsafe SSL_set_connect_state(raw)
        }
    }

    borrowing func resume(_ session: TLSResumption) { _ = unsafe SSL_set_session(raw, session.raw) }

    borrowing func handshake() -> TLSProgress {
        TLSErrors.clear()
        let result = unsafe SSL_do_handshake(raw)
        return result == 1 ? .done(0) : progress(after: result)
    }

    @unsafe
    borrowing func read(into room: UnsafeMutableRawBufferPointer, atMost limit: Int) -> TLSProgress {
        TLSErrors.clear()
        let result = unsafe SSL_read(raw, room.baseAddress, Int32(clamping: min(room.count, limit)))
        return result > 0 ? .done(Int(result)) : progress(after: result)
    }

    @unsafe
    borrowing func write(_ bytes: UnsafeRawBufferPointer) -> TLSProgress {
        TLSErrors.clear()
        let result = unsafe SSL_write(raw, bytes.baseAddress, Int32(clamping: bytes.count))
        return result > 0 ? .done(Int(result)) : progress(after: result)
    }

    /// Decrypted bytes, or a record that arrived together with an earlier one, wait inside OpenSSL.
    borrowing func hasMore() -> Bool { unsafe SSL_has_pending(raw) == 1 }

    private borrowing func progress(after result: Int32) -> TLSProgress {
        let code = errno
        switch unsafe SSL_get_error(raw, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL: return code == 0 ? .ended : .failed(StreamFailure(errno: code))
        default:
            let verdict = unsafe SSL_get_verify_result(raw)
            if unsafe verdict != X509_V_OK && SSL_get_verify_mode(raw) != SSL_VERIFY_NONE && !isEstablished {
                TLSErrors.clear()
                return .failed(.tls(TLSErrors.verification(verdict)))
            }
            return .failed(.tls(TLSErrors.take(orElse: "TLS failed")))
        }
    }

    private var isEstablished: Bool { unsafe SSL_get_state(raw) == TLS_ST_OK }

    /// Tells the peer that this side ends (RFC 8446 §6.1), as far as the socket takes it. Nobody waits for the answer.
    borrowing func sayGoodbye() {
        guard isEstablished, unsafe SSL_get_shutdown(raw) & SSL_SENT_SHUTDOWN == 0 else { return }
        TLSErrors.clear()
        unsafe SSL_shutdown(raw)
        TLSErrors.clear()
    }

    // MARK: What was agreed

    borrowing func facts(_ verification: PeerVerification) -> TLSFacts {
        let version = unsafe SSL_get_version(raw).map { unsafe String(cString: $0) } ?? ""
        let cipher = unsafe SSL_CIPHER_get_name(SSL_get_current_cipher(raw)).map { unsafe String(cString: $0) } ?? ""
        return TLSFacts(version: version, cipher: cipher, verification: verification)
    }

    /// `nil` when the peer's certificate holds, else OpenSSL's reason. A resumed session has the verdict of its first
    /// handshake.
    borrowing func verificationFailure() -> TLSFailure? {
        let verdict = unsafe SSL_get_verify_result(raw)
        return verdict == Int(X509_V_OK) ? nil : TLSErrors.verification(verdict)
    }

    borrowing func requestedServerName() -> String? {
        guard let name = unsafe SSL_get_servername(raw, TLSEXT_NAMETYPE_host_name) else { return nil }
        return unsafe String(cString: name).lowercased()
    }

    var isResumed: Bool { unsafe SSL_session_reused(raw) == 1 }

    /// The session, once it can be resumed; with TLS 1.3 that is after the server's ticket has come (RFC 8446 §4.6.1).
    borrowing func resumption(verifiedName: String?) -> TLSResumption? {
        guard let session = unsafe SSL_get1_session(raw) else { return nil }
        let resumption = unsafe TLSResumption(owning: session, verifiedName: verifiedName)
        return unsafe SSL_SESSION_is_resumable(session) == 1 ? resumption : nil
    }

    deinit { unsafe SSL_free(raw) }
}
