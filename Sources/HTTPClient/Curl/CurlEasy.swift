import CCurl

/// Owns one transfer of libcurl with what it points to. Must be taken out of its `CurlMulti` before it goes.
@safe
struct CurlEasy: ~Copyable {
    let raw: UnsafeMutableRawPointer
    /// Where curl writes what went wrong.
    private let errorText: UnsafeMutablePointer<CChar>
    private let headers: CurlList
    private let addresses: CurlList
    private let connectTo: CurlList

    /// - Parameters:
    ///   - headers: whole lines.
    ///   - addresses: in the form of `CURLOPT_RESOLVE`.
    ///   - connectTo: in the form of `CURLOPT_CONNECT_TO`.
    init(headers: [String], addresses: [String], connectTo: [String]) {
        guard let new = unsafe curl_easy_init() else { preconditionFailure("out of memory") }
        unsafe raw = unsafe new
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.headers = CurlList(headers)
        self.addresses = CurlList(addresses)
        self.connectTo = CurlList(connectTo)
        _ = unsafe martlet_easy_pointer(raw, CURLOPT_ERRORBUFFER, errorText)
        _ = unsafe martlet_easy_pointer(raw, CURLOPT_HTTPHEADER, self.headers.raw)
        _ = unsafe martlet_easy_pointer(raw, CURLOPT_RESOLVE, self.addresses.raw)
        _ = unsafe martlet_easy_pointer(raw, CURLOPT_CONNECT_TO, self.connectTo.raw)
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe errorText.deallocate()
    }

    /// Names the handle in tables.
    var key: UInt { unsafe UInt(bitPattern: raw) }

    // Each returns false when this libcurl does not know the option or takes the value for wrong.

    borrowing func set(_ option: CURLoption, _ value: Int) -> Bool {
        unsafe martlet_easy_number(raw, option, value) == CURLE_OK
    }

    borrowing func setSize(_ option: CURLoption, _ value: Int64) -> Bool {
        unsafe martlet_easy_size(raw, option, curl_off_t(value)) == CURLE_OK
    }

    borrowing func set(_ option: CURLoption, _ text: String) -> Bool {
        unsafe text.withCString { unsafe martlet_easy_pointer(raw, option, $0) } == CURLE_OK
    }

    borrowing func clear(_ option: CURLoption) -> Bool { unsafe martlet_easy_pointer(raw, option, nil) == CURLE_OK }

    /// curl makes a copy.
    borrowing func setBody(_ bytes: [UInt8]) -> Bool {
        guard setSize(CURLOPT_POSTFIELDSIZE_LARGE, Int64(bytes.count)) else { return false }
        return unsafe bytes.withUnsafeBytes { bytes in
            // A null pointer would make curl ask a read callback instead.
            guard let start = bytes.baseAddress else {
                return unsafe martlet_easy_pointer(raw, CURLOPT_COPYPOSTFIELDS, "") == CURLE_OK
            }
            return unsafe martlet_easy_pointer(raw, CURLOPT_COPYPOSTFIELDS, start) == CURLE_OK
        }
    }

    // MARK: What came

    borrowing func status() -> Int { unsafe martlet_easy_status(raw) }

    /// Lower-case, without parameters.
    borrowing func contentType() -> String {
        guard let text = unsafe martlet_easy_content_type(raw) else { return "" }
        let bytes = unsafe String(cString: text).utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        return String(decoding: bytes.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
    }

    /// What curl says about a failure: printable ASCII, 200 bytes at most.
    borrowing func words(for code: CURLcode) -> String {
        var text = unsafe String(cString: errorText)
        if text.isEmpty, let words = unsafe curl_easy_strerror(code) { text = unsafe String(cString: words) }
        return String(decoding: text.utf8.prefix(200).map { $0 < 0x20 || $0 >= 0x7F ? 0x3F : $0 }, as: UTF8.self)
    }
}
