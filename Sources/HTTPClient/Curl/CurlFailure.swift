import CCurl
import Mail

extension HTTPFetchFailure {
    /// What a result code of libcurl means here.
    init(_ code: CURLcode, words: String, limit: Int) {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_FILESIZE_EXCEEDED: self = .tooLarge(limit: limit)
        case CURLE_COULDNT_RESOLVE_HOST: self = .unresolvable
        case CURLE_URL_MALFORMAT: self = .badURL
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_USE_SSL_FAILED:
            self = .tls(reason: words)
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_NO_CONNECTION_AVAILABLE:
            self = .unreachable(reason: words)
        // The rest is about what the server sent, or that it stopped.
        default: self = .malformed(reason: words)
        }
    }
}
