import COpenSSL
import Glibc
import Mail

/// The server's certificate and key, and the keys of its session tickets. One for all loops.
package final class TLSServerContext: Sendable {
    let context: TLSContext
    /// The certificate chain, as PEM: what a client may be told to trust.
    package let certificatePEM: [UInt8]

    /// - Throws: with OpenSSL's words when a text is not PEM, or the key does not belong to the certificate.
    package init(certificateChainPEM chain: [UInt8], privateKeyPEM: [UInt8]) throws(TLSFailure) {
        certificatePEM = chain
        context = try TLSContext(.server)
        try Self.use(chain: chain, in: context)
        let key = try PrivateKey(pem: privateKeyPEM)
        guard unsafe SSL_CTX_use_PrivateKey(context.raw, key.raw) == 1,
            unsafe SSL_CTX_check_private_key(context.raw) == 1
        else { throw TLSErrors.take(orElse: "the key does not belong to the certificate") }
        // Tickets are only taken back where they were given (RFC 5077 §5.6); the name keeps them apart from other
        // services.
        let name: [UInt8] = Array("martlet-smtp".utf8)
        unsafe SSL_CTX_set_session_id_context(context.raw, name, UInt32(name.count))
    }

    /// Reads both from PEM files.
    package convenience init(certificateChainFile: String, privateKeyFile: String) throws(TLSFailure) {
        try self.init(
            certificateChainPEM: Self.read(certificateChainFile), privateKeyPEM: Self.read(privateKeyFile))
    }

    /// A certificate for these names (DNS names or IP addresses) that signs itself, valid for ten years from yesterday.
    package static func selfSigned(names: [String]) throws(TLSFailure) -> TLSServerContext {
        let (chain, key) = try SelfSigned.make(names: names)
        return try TLSServerContext(certificateChainPEM: chain, privateKeyPEM: key)
    }

    private static func use(chain: [UInt8], in context: TLSContext) throws(TLSFailure) {
        var isFirst = true
        let count = try Certificate.read(pem: chain) { certificate throws(TLSFailure) in
            let result =
                isFirst
                ? unsafe SSL_CTX_use_certificate(context.raw, certificate.raw)
                : unsafe martlet_ssl_ctx_add_chain_certificate(context.raw, certificate.raw)
            isFirst = false
            if result != 1 { throw TLSErrors.take(orElse: "the certificate cannot be used") }
        }
        if count == 0 { throw TLSFailure(reason: "no certificate in PEM") }
    }

    private static func read(_ path: String) throws(TLSFailure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TLSFailure(reason: "cannot open \(path): error \(errno)") }
        defer { _ = Glibc.close(descriptor) }
        var bytes = Bytes()
        while unsafe bytes.withRoom(atLeast: 16_384, { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }) > 0 {
            // No certificate chain or key is that long; a device or a log file is.
            if bytes.count > 4 << 20 { throw TLSFailure(reason: "\(path) is too long for PEM") }
        }
        return bytes.copy()
    }
}
