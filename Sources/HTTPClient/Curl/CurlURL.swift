import CCurl

/// Owns one parsed URL of libcurl: the same parser that the transfer uses, so that both mean the same host.
@safe
struct CurlURL: ~Copyable {
    private let raw: OpaquePointer

    /// `nil`: not an absolute URL.
    init?(_ text: String) {
        guard let new = unsafe curl_url() else { return nil }
        // Without `CURLU_NON_SUPPORT_SCHEME` only schemes that curl knows pass; the caller knows which it wants.
        guard unsafe curl_url_set(new, CURLUPART_URL, text, 0) == CURLUE_OK else {
            unsafe curl_url_cleanup(new)
            return nil
        }
        unsafe raw = unsafe new
    }

    deinit { unsafe curl_url_cleanup(raw) }

    borrowing func part(_ part: CURLUPart, defaultPort: Bool = false) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let flags = UInt32(defaultPort ? CURLU_DEFAULT_PORT : 0)
        guard unsafe curl_url_get(raw, part, &text, flags) == CURLUE_OK, let found = unsafe text else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }

    /// False: the part does not take this text.
    borrowing func set(_ part: CURLUPart, _ text: String) -> Bool {
        unsafe curl_url_set(raw, part, text, 0) == CURLUE_OK
    }
}
