import CCurl

/// Owns one list of strings for libcurl. Must outlive the handle that uses it.
@safe
struct CurlList: ~Copyable {
    /// `nil` while the list is empty.
    let raw: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else { preconditionFailure("out of memory") }
            unsafe list = unsafe longer
        }
        unsafe raw = unsafe list
    }

    deinit { unsafe curl_slist_free_all(raw) }
}
