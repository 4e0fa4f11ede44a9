import COpenSSL

/// Owns one SSL_CTX: what many connections share.
///
/// Sendable because OpenSSL counts and locks its references itself, and the context is only changed before it is
/// shared.
@safe
final class TLSContext: @unchecked Sendable {
    let raw: OpaquePointer

    enum Side { case server, client }

    init(_ side: Side) throws(TLSFailure) {
        TLSErrors.clear()
        let method = unsafe side == .server ? TLS_server_method() : TLS_client_method()
        guard let context = unsafe SSL_CTX_new(method) else { throw TLSErrors.take(orElse: "no TLS context") }
        unsafe raw = unsafe context
        if unsafe martlet_ssl_ctx_set_up(raw) != 1 { throw TLSErrors.take(orElse: "TLS 1.2 is not available") }
        unsafe martlet_ssl_ctx_keep_no_sessions(raw)
        if side == .client, unsafe SSL_CTX_dane_enable(raw) != 1 { throw TLSErrors.take(orElse: "no DANE") }
    }

    deinit { unsafe SSL_CTX_free(raw) }
}
