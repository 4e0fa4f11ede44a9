import COpenSSL
import Mail

/// OpenSSL's error queue of this thread, and what is made of it.
enum TLSErrors {
    /// Before every call: `SSL_get_error` looks into the queue, so what an earlier call left there would be taken for
    /// this one's result.
    static func clear() { ERR_clear_error() }

    /// The first error in the queue, in OpenSSL's words; empties the queue.
    static func take(orElse text: String) -> TLSFailure {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let words = unsafe ERR_reason_error_string(code) else { return TLSFailure(reason: text) }
        // ssl.h: an alert of the peer is its number and 1000.
        let reason = ERR_GET_REASON(code)
        return TLSFailure(reason: clean(unsafe String(cString: words)), isPeerAlert: reason >= 1_000 && reason < 1_256)
    }

    /// What is wrong with a certificate, from the result of its check.
    static func verification(_ result: Int) -> TLSFailure {
        let fault = CertificateFault(result: result)
        guard let words = unsafe X509_verify_cert_error_string(result) else {
            return TLSFailure(reason: "certificate verify failed", fault: fault)
        }
        return TLSFailure(
            reason: "certificate verify failed: " + clean(unsafe String(cString: words)), fault: fault)
    }

    private static func clean(_ text: String) -> String {
        String(decoding: text.utf8.prefix(200).map { $0 < 0x20 || $0 >= 0x7F ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
}
