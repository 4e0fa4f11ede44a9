import COpenSSL
import Synchronization

/// Whom clients trust, and the sessions they may resume. One for all loops.
package final class TLSClientContext: Sendable {
    package enum Trust: Hashable, Sendable {
        /// The certificates that the system trusts.
        case system
        /// Those in a PEM file.
        case file(String)
        case pem([UInt8])
        /// Nobody: for opportunistic TLS (RFC 7435). Peers are not verified, and `verify` always fails.
        case nobody
    }

    let context: TLSContext
    let trust: Trust
    /// By `TLSPeerCheck.sessionKey`.
    private let sessions = Mutex<[String: TLSResumption]>([:])
    /// Sessions kept; the oldest knowledge is worth least, but any will do.
    private let sessionLimit: Int

    /// - Parameter sessionLimit: hosts whose last session is kept for resumption; 0 switches resumption off.
    package init(trust: Trust, sessionLimit: Int = 10_000) throws(TLSFailure) {
        self.trust = trust
        self.sessionLimit = sessionLimit
        context = try TLSContext(.client)
        switch trust {
        case .system:
            if unsafe SSL_CTX_set_default_verify_paths(context.raw) != 1 {
                throw TLSErrors.take(orElse: "the system has no trusted certificates")
            }
        case .file(let path):
            if unsafe SSL_CTX_load_verify_file(context.raw, path) != 1 {
                throw TLSErrors.take(orElse: "cannot read \(path)")
            }
        case .pem(let text):
            let store = unsafe SSL_CTX_get_cert_store(context.raw)
            let count = try Certificate.read(pem: text) { certificate throws(TLSFailure) in
                if unsafe X509_STORE_add_cert(store, certificate.raw) != 1 {
                    throw TLSErrors.take(orElse: "the certificate cannot be trusted")
                }
            }
            if count == 0 { throw TLSFailure(reason: "no certificate in PEM") }
        case .nobody: break
        }
    }

    func session(for key: String) -> TLSResumption? { sessions.withLock { $0[key] } }

    func keep(_ session: TLSResumption, for key: String) {
        sessions.withLock { sessions in
            if sessions.count >= sessionLimit && sessions[key] == nil {
                guard let other = sessions.keys.first else { return }
                sessions[other] = nil
            }
            sessions[key] = session
        }
    }

    func forget(_ key: String) { sessions.withLock { $0[key] = nil } }
}

/// Owns one SSL_SESSION: what a client needs to resume.
///
/// Sendable because OpenSSL never changes a session that several connections share and counts its references
/// atomically.
@safe
final class TLSResumption: @unchecked Sendable {
    let raw: OpaquePointer
    /// The name that the certificate proved in the first handshake; later ones do not look at it again.
    let verifiedName: String?

    init(owning raw: OpaquePointer, verifiedName: String?) {
        unsafe self.raw = unsafe raw
        self.verifiedName = verifiedName
    }

    deinit { unsafe SSL_SESSION_free(raw) }
}
